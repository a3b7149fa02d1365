package io.github.gatewayqueue.testsupport;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * Marks tests of the thorough tier: {@code mvn verify} leaves them out, and {@code mvn verify
 * -Pthorough} runs them and no others. The default tier keeps a short, real case of what they test.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@Tag("thorough")
public @interface Thorough {
  /** Why these tests are not run on every build, and what of the default tier stands for them. */
  String value();
}
