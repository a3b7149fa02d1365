package io.github.gatewayqueue.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

/** All scenarios by their names, in the order of the report. */
final class Scenarios {
  private static final Map<String, Scenario> ALL = new LinkedHashMap<>();

  static {
    ALL.put("fleet", new Fleet());
    ALL.put("gap", new Gap());
    ALL.put("inversions", new Inversions());
    ALL.put("cancel", new Cancel());
    ALL.put("lateness", new Lateness());
    ALL.put("drift", new Drift());
    ALL.put("handoff", new Handoff());
    ALL.put("micro", new Micro());
    ALL.put("memory", new Memory());
    ALL.put("storm", new Storm());
    ALL.put("threads", new Threads());
    ALL.put("startup", new Startup());
    ALL.put("reconfiguration", new Reconfiguration());
    ALL.put("clockstep", new ClockStep());
    ALL.put("jda", new OnJda());
    ALL.put("round-trip", new RoundTrip());
    ALL.put("redis-commands", new RedisCommands());
    ALL.put("redis-lateness", new RedisLateness());
    ALL.put("redis-peers", new RedisPeers());
    ALL.put("broker-start", new BrokerStart());
    ALL.put("broker-memory", new BrokerMemory());
    ALL.put("broker-lateness", new BrokerLateness());
  }

  private Scenarios() {}

  static Map<String, Scenario> all() {
    return ALL;
  }

  static Scenario get(String name) {
    Scenario scenario = ALL.get(name);
    if (scenario == null) {
      throw new IllegalArgumentException(
          "scenario is " + name + ", expected one of " + ALL.keySet());
    }
    return scenario;
  }
}
