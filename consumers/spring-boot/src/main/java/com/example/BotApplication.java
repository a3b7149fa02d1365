package com.example;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.http.HttpQueue;
import io.github.gatewayqueue.micrometer.MeteredQueue;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** A bot whose queue is a bean: measured, part of the bot's health, and closed with the context. */
@SpringBootApplication
public class BotApplication {

  public static void main(String[] args) throws InterruptedException {
    ConfigurableApplicationContext context = SpringApplication.run(BotApplication.class, args);
    GatewayQueue queue = context.getBean(GatewayQueue.class);
    double released =
        context
            .getBean(MeterRegistry.class)
            .get("gateway.queue.requests")
            .tag("outcome", "released")
            .functionCounter()
            .count();
    System.out.println("Measured releases: " + released);
    System.out.println(
        "Health: " + context.getBean("broker", HealthIndicator.class).health().getStatus());
    context.close();
    try {
      queue.request(1, 2);
    } catch (IllegalStateException closed) {
      System.out.println("The queue is closed with the context");
    }
  }

  // @start region="spring boot"
  @Bean
  MeteredQueue queue(@Value("${bot.broker}") URI broker) {
    return new MeteredQueue(HttpQueue.of(broker)); // Boot registers the meters, and closes it
  }

  @Bean
  HealthIndicator broker(@Value("${bot.broker}") URI broker) {
    return new AbstractHealthIndicator() { // an exception counts as down
      @Override
      protected void doHealthCheck(Health.Builder health) throws IOException {
        var ready = (HttpURLConnection) broker.resolve("health/ready").toURL().openConnection();
        ready.setConnectTimeout(2000);
        ready.setReadTimeout(2000);
        health.status(ready.getResponseCode() == 200 ? Status.UP : Status.OUT_OF_SERVICE);
      }
    };
  }

  // @end

  @Bean
  CommandLineRunner shard(GatewayQueue queue) {
    return args -> {
      queue.request(0, 2);
      System.out.println("The bean has released shard 0");
    };
  }
}
