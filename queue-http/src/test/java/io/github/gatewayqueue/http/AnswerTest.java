package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.http.Answer.Closed;
import io.github.gatewayqueue.http.Answer.End;
import io.github.gatewayqueue.http.Answer.Signal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerTest {
  @Test
  void handOver_signalsThatNobodyHasTaken_comeFirst() {
    Answer answer = new Answer();
    List<Signal> heard = new ArrayList<>();
    answer.close();
    answer.handOver(heard::add);
    answer.onComplete();
    assertEquals(List.of(new Closed(), new End()), heard);
  }
}
