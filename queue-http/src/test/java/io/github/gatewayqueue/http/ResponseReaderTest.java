package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.http.ResponseReader.Closed;
import io.github.gatewayqueue.http.ResponseReader.End;
import io.github.gatewayqueue.http.ResponseReader.Signal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResponseReaderTest {
  @Test
  void handOver_signalsThatNobodyHasTaken_comeFirst() {
    ResponseReader answer = new ResponseReader();
    List<Signal> heard = new ArrayList<>();
    answer.close();
    answer.handOver(heard::add);
    answer.onComplete();
    assertEquals(List.of(new Closed(), new End()), heard);
  }
}
