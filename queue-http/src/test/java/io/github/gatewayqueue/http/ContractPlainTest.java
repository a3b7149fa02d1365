package io.github.gatewayqueue.http;

import io.github.gatewayqueue.http.HttpQueue.Protocol;
import io.github.gatewayqueue.testsupport.Thorough;

@Thorough("half a minute; the default tier has the contract with the automatic protocol")
class ContractPlainTest extends HttpQueueContract {
  ContractPlainTest() {
    super(Protocol.PLAIN);
  }
}
