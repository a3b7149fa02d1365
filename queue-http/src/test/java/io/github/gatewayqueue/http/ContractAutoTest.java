package io.github.gatewayqueue.http;

import io.github.gatewayqueue.http.HttpQueue.Protocol;

class ContractAutoTest extends HttpQueueContract {
  ContractAutoTest() {
    super(Protocol.AUTO);
  }
}
