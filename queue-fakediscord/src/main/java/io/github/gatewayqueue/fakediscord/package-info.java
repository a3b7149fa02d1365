/**
 * A Discord on loopback that enforces the rules for starting sessions and keeps the score: {@link
 * io.github.gatewayqueue.fakediscord.FakeDiscord}, which says what it enforces. {@code
 * SessionStarts} decides about each IDENTIFY.
 *
 * <h2>From the command line</h2>
 *
 * Any bot, in any language, can be tried against it:
 *
 * <pre>{@code
 * java --module-path JARS --module io.github.gatewayqueue.fakediscord/io.github.gatewayqueue.fakediscord.Main \
 *     --port 8080 --total 1000 --remaining 25 --max-concurrency 16
 * }</pre>
 *
 * It prints its addresses, a line for each IDENTIFY and, on Ctrl-C, the verdict; {@code --help}
 * lists the options. While it runs, {@code GET /fakediscord} on its port lists the pages that show
 * the score and switch faults:
 *
 * <pre>{@code
 * curl http://127.0.0.1:8080/fakediscord/score
 * curl -X POST 'http://127.0.0.1:8080/fakediscord/rest?fault=rate-limited&retry_after=1.5&times=2'
 * curl -X POST 'http://127.0.0.1:8080/fakediscord/close?code=4000'
 * }</pre>
 *
 * <p>Unless a method says otherwise, a null argument is refused with a {@link
 * java.lang.NullPointerException}.
 */
@NullMarked
package io.github.gatewayqueue.fakediscord;

import org.jspecify.annotations.NullMarked;
