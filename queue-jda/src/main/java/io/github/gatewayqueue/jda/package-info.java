/** A session controller for JDA whose shards wait in a gateway queue. */
@NullMarked
package io.github.gatewayqueue.jda;

import org.jspecify.annotations.NullMarked;
