/**
 * The waiting engine in virtual time. In the engine's own package, to see its lines; that is also
 * why there is no module descriptor: a package may be in one module only, so all of this runs on
 * the class path.
 */
@NullMarked
package io.github.gatewayqueue.local.engine;

import org.jspecify.annotations.NullMarked;
