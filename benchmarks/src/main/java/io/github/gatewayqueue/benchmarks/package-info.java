/**
 * The queues side by side with the JDK's own means and with what a user would pick instead. Start
 * with {@code Main}, which starts a process per scenario and subject; {@code Child} is what runs in
 * there, and {@code Scenarios} lists what is measured.
 */
@NullMarked
package io.github.gatewayqueue.benchmarks;

import org.jspecify.annotations.NullMarked;
