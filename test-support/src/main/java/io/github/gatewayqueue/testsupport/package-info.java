/**
 * What the tests of several modules share. Start with {@link
 * io.github.gatewayqueue.testsupport.Asking}, a request on a thread of its own, {@link
 * io.github.gatewayqueue.testsupport.Await} and {@link
 * io.github.gatewayqueue.testsupport.CapturedLog}; the rest are processes, servers and faults for
 * them.
 */
@NullMarked
package io.github.gatewayqueue.testsupport;

import org.jspecify.annotations.NullMarked;
