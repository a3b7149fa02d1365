/** Black-box tests of the published modules. */
@NullMarked
package io.github.gatewayqueue.tests;

import org.jspecify.annotations.NullMarked;
