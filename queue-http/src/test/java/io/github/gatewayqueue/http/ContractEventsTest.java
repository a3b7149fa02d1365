package io.github.gatewayqueue.http;

import io.github.gatewayqueue.http.HttpQueue.Protocol;

class ContractEventsTest extends HttpQueueContract {
  ContractEventsTest() {
    super(Protocol.SSE);
  }
}
