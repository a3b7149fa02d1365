package io.github.gatewayqueue.http;

import io.github.gatewayqueue.http.HttpQueue.Protocol;

class ContractPlainTest extends HttpQueueContract {
  ContractPlainTest() {
    super(Protocol.PLAIN);
  }
}
