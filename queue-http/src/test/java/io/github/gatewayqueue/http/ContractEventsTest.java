package io.github.gatewayqueue.http;

import io.github.gatewayqueue.http.HttpQueue.Protocol;
import io.github.gatewayqueue.testsupport.Thorough;

@Thorough("of a broker that has events, the automatic protocol of the default tier asks the same")
class ContractEventsTest extends HttpQueueContract {
  ContractEventsTest() {
    super(Protocol.SSE);
  }
}
