/**
 * Lincheck and JCStress on the waiting engine. Start with {@code Races} for JCStress, and with
 * {@code EngineInterleavingsTest} for Lincheck. All of it is in the engine's own package, to see
 * its lines. So there is no module descriptor, because a package may be in one module only, and all
 * of this runs on the class path.
 */
@NullMarked
package io.github.gatewayqueue.local.engine;

import org.jspecify.annotations.NullMarked;
