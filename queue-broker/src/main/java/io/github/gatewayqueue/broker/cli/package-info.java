/**
 * The program: its commands, options and log. Start with {@link
 * io.github.gatewayqueue.broker.cli.CommandLineInterface}.
 */
@NullMarked
package io.github.gatewayqueue.broker.cli;

import org.jspecify.annotations.NullMarked;
