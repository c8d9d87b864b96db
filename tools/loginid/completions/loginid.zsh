#compdef loginid
# Completion of loginid for zsh.
_loginid() {
    local -a common
    common=('--json[print one JSON document]' '(-h --help)'{-h,--help}'[show the options]')
    if ((CURRENT == 2)); then
        _arguments $common '(-V --version)'{-V,--version}'[show the version]' \
            '1:command:((doctor\:"check configuration, connection, keys and clock" keygen\:"make a key pair" token\:"decode or verify a token" config\:"show the configuration in effect"))'
        return
    fi
    if ((CURRENT == 3)); then
        case $words[2] in
            token)
                _values command 'decode[show what a token says]' 'verify[verify a token of the service]'
                return
                ;;
            config)
                _values command 'check[show each setting and its source]'
                return
                ;;
        esac
    fi
    case $words[2]:$words[3] in
        doctor:*) _arguments $common '--public-key[file with the public key]:file:_files' '*::' ;;
        keygen:*)
            _arguments $common '(-o --output)'{-o,--output}'[file for the private key]:file:_files' \
                '--public[file for the public key]:file:_files' '*::'
            ;;
        token:decode) _arguments $common '--token-file[file with the token]:file:_files' '*::' ;;
        token:verify)
            _arguments $common '--token-file[file with the token]:file:_files' \
                '--service[the service]:service:(v1 v2)' \
                '--config[file with the configuration]:file:_files' \
                '--public-key[file with the public key]:file:_files' \
                '--key-set[file with the key set]:file:_files' \
                '--username[the user of the token]:name:' \
                '--tx-payload[file with the payload of a transaction]:file:_files' \
                '--nonce[the nonce of that transaction]:nonce:' '*::'
            ;;
        config:check)
            _arguments $common '--file[file with the configuration]:file:_files' \
                '--service[the service]:service:(v1 v2)' '*::'
            ;;
    esac
}
_loginid "$@"
