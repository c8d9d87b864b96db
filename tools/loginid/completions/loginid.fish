# Completion of loginid for fish.
complete -c loginid -f
complete -c loginid -s h -l help -d 'Show the options'
complete -c loginid -l json -d 'Print one JSON document'

complete -c loginid -n __fish_use_subcommand -s V -l version -d 'Show the version'
complete -c loginid -n __fish_use_subcommand -a doctor -d 'Check configuration, connection, keys and clock'
complete -c loginid -n __fish_use_subcommand -a keygen -d 'Make a key pair'
complete -c loginid -n __fish_use_subcommand -a token -d 'Decode or verify a token'
complete -c loginid -n __fish_use_subcommand -a config -d 'Show the configuration in effect'

set -l token '__fish_seen_subcommand_from token; and not __fish_seen_subcommand_from decode verify'
complete -c loginid -n $token -a decode -d 'Show what a token says, without verifying it'
complete -c loginid -n $token -a verify -d 'Verify a token of the service'
complete -c loginid -n '__fish_seen_subcommand_from config; and not __fish_seen_subcommand_from check' \
    -a check -d 'Show each setting and its source'

complete -c loginid -n '__fish_seen_subcommand_from doctor verify' -l public-key -r -F -d 'File with a public key'
complete -c loginid -n '__fish_seen_subcommand_from keygen' -s o -l output -r -F -d 'File for the private key'
complete -c loginid -n '__fish_seen_subcommand_from keygen' -l public -r -F -d 'File for the public key'
complete -c loginid -n '__fish_seen_subcommand_from decode verify' -l token-file -r -F -d 'File with the token'
complete -c loginid -n '__fish_seen_subcommand_from verify check' -l service -x -a 'v1 v2' -d 'The service'
complete -c loginid -n '__fish_seen_subcommand_from verify' -l config -r -F -d 'File with the configuration'
complete -c loginid -n '__fish_seen_subcommand_from verify' -l key-set -r -F -d 'File with the key set'
complete -c loginid -n '__fish_seen_subcommand_from verify' -l username -x -d 'The user of the token'
complete -c loginid -n '__fish_seen_subcommand_from verify' -l tx-payload -r -F -d 'File with the payload of a transaction'
complete -c loginid -n '__fish_seen_subcommand_from verify' -l nonce -x -d 'The nonce of that transaction'
complete -c loginid -n '__fish_seen_subcommand_from check' -l file -r -F -d 'File with the configuration'
