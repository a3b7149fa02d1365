/** What the project's own modules share, and nobody else sees: it may change with every version. */
@NullMarked
package io.github.gatewayqueue.internal;

import org.jspecify.annotations.NullMarked;
