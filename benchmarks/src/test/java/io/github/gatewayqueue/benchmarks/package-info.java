@NullMarked
package io.github.gatewayqueue.benchmarks;

import org.jspecify.annotations.NullMarked;
