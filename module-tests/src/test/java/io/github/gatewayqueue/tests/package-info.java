/**
 * Tests of the project as a whole. Start with {@code ModulesTest}, {@code JarsIT} and {@code
 * PomsIT} for the published modules as their users see them, and with {@code DocsTest}, {@code
 * EnglishTest}, {@code LogLinesTest} and {@code ArchitectureTest} for pages and sources.
 */
@NullMarked
package io.github.gatewayqueue.tests;

import org.jspecify.annotations.NullMarked;
