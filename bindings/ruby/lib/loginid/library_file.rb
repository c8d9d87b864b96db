# frozen_string_literal: true

require_relative 'version'

module Loginid
  # The file of the C library: where it is, and why one does not fit, in one sentence.
  # bindings/library.json has the texts, which are the same in all languages.
  module LibraryFile
    NAME = 'libloginid.so.0'
    # A gem has the library here, and then loads this very file.
    INCLUDED = File.expand_path("library/#{NAME}", __dir__).freeze
    # What the last number changes is no reason to refuse a library.
    NEEDED = VERSION.rpartition('.').first.freeze
    # Machines by their number in an ELF file.
    MACHINES = { 3 => 'i386', 22 => 's390x', 40 => 'arm', 62 => 'x86_64', 183 => 'aarch64', 243 => 'riscv64' }.freeze

    class << self
      # Elsewhere LOGINID_LIBRARY is the full path of a library that is not installed.
      def path
        return INCLUDED if included?

        path = ENV.fetch('LOGINID_LIBRARY', '')
        path.empty? ? NAME : path
      end

      def load_error(reason)
        advice = if included?
                   'install this package again, for this system'
                 else
                   "install libloginid #{NEEDED} or newer for this system, " \
                     "or set LOGINID_LIBRARY to the full path of #{NAME}"
                 end
        LoadError.new("libloginid cannot be loaded: #{path}: #{reason}; #{advice}")
      end

      def check_version(version)
        found, needed = [version.to_s, NEEDED].map { |text| text.split('.').first(2).map(&:to_i) }
        if (found <=> needed).negative?
          raise load_error("version #{version} is too old, this package needs #{NEEDED} or newer")
        end
        return if found.first <= needed.first

        newest = "#{NEEDED} or newer, below #{needed.first + 1}.0"
        raise load_error("version #{version} is too new, this package needs #{newest}")
      end

      # The file to load, if it is whole: else the system's loader would end the process.
      def checked
        raise load_error('it is incomplete') if path.include?('/') && incomplete?

        path
      end

      # Why the system's loader refuses the file, which it says in this message. FFI gives it as
      # bytes, which do not fit into a text beside the path.
      def reason(message)
        message = message.dup.force_encoding(path.encoding)
        return shown_by_file || message if path.include?('/')

        # It may also have found one that it cannot use.
        missing = message.include?("#{path}: ") && message.include?('No such file or directory')
        missing ? "the system's loader does not find it" : message
      end

      private

      # The folder: a gem whose file was lost loads no other.
      def included?
        File.directory?(File.dirname(INCLUDED))
      end

      # Why the system's loader refuses the file, if the file shows it. The loader's own message for
      # another machine is that there is no such file.
      def shown_by_file
        content = File.binread(path)
        theirs = machine(content)
        ours = machine(File.binread('/proc/self/exe', 20))
        return 'it is not a shared library' unless theirs
        return "it is for #{theirs}, and this process is #{ours}" if theirs != ours

        other_c_library(content)
      rescue Errno::ENOENT
        'there is no such file'
      rescue Errno::EISDIR
        'it is not a shared library'
      rescue SystemCallError
        nil
      end

      # Whether the end of a library is missing, whose table of sections is the last of it.
      def incomplete?
        header = File.binread(path, 64)
        return false unless header&.bytesize == 64 && header.start_with?("\x7FELF\x02\x01".b)

        start, length, count = header.unpack('x40 Q< x10 S< S<')
        File.size(path) < start + (length * count)
      rescue SystemCallError
        false
      end

      # What an ELF file is for.
      def machine(content)
        return if content.bytesize < 20 || !content.start_with?("\x7FELF".b)

        number = content.byteslice(18, 2).unpack1(content.getbyte(5) == 1 ? 'v' : 'n')
        "#{MACHINES.fetch(number, "machine #{number}")} with #{32 * content.getbyte(4)} bits"
      end

      def other_c_library(content)
        musl = content.include?('libc.musl-') || content.include?("\0libc.so\0")
        if RbConfig::CONFIG['host_os'].include?('musl')
          'it is for systems with glibc, and this one has musl' if content.include?("\0libc.so.6\0")
        elsif musl
          'it is for systems with musl, and this one has glibc'
        end
      end
    end
  end
  private_constant :LibraryFile
end
