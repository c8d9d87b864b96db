<?php

declare(strict_types=1);

namespace Loginid;

/** What the clients of both services have in common. */
interface ServiceClientInterface
{
    /**
     * A client with other options, which shares connections, keys and the function of
     * onAttempt() with this one: make one for each call if you like. What is null stays as
     * it is. Both clients are closed separately. A triggered cancel has every call of the new
     * client, and of those derived from it, throw a CancelledException.
     *
     * @param int|float|null $timeout in seconds, more than 0, at most 86400 (a day): the limit of each call
     * @param ?array<string, string> $headers replace those of the same name
     * @param ?string $requestId 1 to 128 visible ASCII characters, sent with each request
     * @throws Exception
     */
    public function withOptions(
        mixed $timeout = null,
        ?int $maxRetries = null,
        #[\SensitiveParameter] ?array $headers = null,
        ?string $requestId = null,
        ?Cancel $cancel = null,
    ): static;

    /**
     * Calls a function with an array for each HTTP attempt of this client, when
     * the call that made the attempt ends; null stops that. The call throws what
     * the function throws, instead of its own result. A call that has begun calls
     * the function that was set then. The status and code are null if the attempt
     * succeeded. An AttemptLogger is such a function.
     *
     * @param (callable(array{event: string, operation: string, method: string, path: string,
     *     attempt: int, request_id: string, http_status: int|null, status: string|null,
     *     code: string|null, duration_us: int, retry_in_ms: int|null}): void)|null $listener
     * @throws Exception
     */
    public function onAttempt(?callable $listener): void;

    /**
     * Frees the client. So does the garbage collector. A call after that throws
     * an InvalidArgumentException with the code client_closed.
     */
    public function close(): void;
}
