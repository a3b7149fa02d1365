package com.example;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.http.HttpQueue;
import java.net.URI;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** A bot whose queue is a bean, and closed with the context. */
@SpringBootApplication
public class BotApplication {

  public static void main(String[] args) throws InterruptedException {
    ConfigurableApplicationContext context = SpringApplication.run(BotApplication.class, args);
    GatewayQueue queue = context.getBean(GatewayQueue.class);
    context.close();
    try {
      queue.request(1, 2);
    } catch (IllegalStateException closed) {
      System.out.println("The queue is closed with the context");
    }
  }

  @Bean
  HttpQueue queue(@Value("${bot.broker}") URI broker) {
    return HttpQueue.of(broker);
  }

  @Bean
  CommandLineRunner shard(GatewayQueue queue) {
    return args -> {
      queue.request(0, 2);
      System.out.println("The bean has released shard 0");
    };
  }
}
