# Completion of loginid for bash.
_loginid() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words
    case $previous in
        -o | --output | --public | --public-key | --key-set | --token-file | --tx-payload | --config | --file)
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            # Blanks are then quoted, and folders have a slash.
            compopt -o filenames 2>/dev/null
            return
            ;;
        --service) words="v1 v2" ;;
        --username | --nonce) words= ;;
        *)
            case ${COMP_WORDS[1]-}:${COMP_WORDS[2]-} in
                doctor:*) words="--public-key --json -h --help" ;;
                keygen:*) words="-o --output --public --json -h --help" ;;
                token:decode) words="--token-file --json -h --help" ;;
                token:verify)
                    words="--token-file --service --config --public-key --key-set --username --tx-payload --nonce --json -h --help"
                    ;;
                config:check) words="--file --service --json -h --help" ;;
                token:*) words="decode verify" ;;
                config:*) words="check" ;;
                *) words="doctor keygen token config --json -h --help -V --version" ;;
            esac
            ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _loginid loginid
