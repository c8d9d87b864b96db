<?php

declare(strict_types=1);

namespace Loginid;

use FFI\CData;

/**
 * A switch that ends Client::waitCode() and the calls of a client of withOptions(), which then
 * throw a CancelledException. It stays triggered.
 *
 * In PHP it has an effect on the calls that begin after trigger() only: a call in C blocks
 * everything else, also the handlers of pcntl_signal(), which run when the call has returned. To
 * end a running call sooner, give it a `timeout`.
 */
final class Cancel
{
    use NonCopyable;

    private readonly CData $switch;

    public function __construct()
    {
        $this->switch = Library::ffi()->lid_cancel_new();
    }

    public function __destruct()
    {
        if (isset($this->switch)) {
            Library::ffi()->lid_cancel_free($this->switch);
        }
    }

    public function trigger(): void
    {
        Library::ffi()->lid_cancel_trigger($this->switch);
    }

    /** @internal */
    public function native(): CData
    {
        return $this->switch;
    }
}
