package io.github.gatewayqueue.testkit;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** The tests of the contract that a broken queue has to fail. */
@Retention(RetentionPolicy.RUNTIME)
@interface CaughtBy {
  String[] value();
}
