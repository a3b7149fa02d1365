/** What the tests of several modules share. */
@NullMarked
package io.github.gatewayqueue.testsupport;

import org.jspecify.annotations.NullMarked;
