# frozen_string_literal: true

require 'json'
require 'openssl'
require 'securerandom'

# A user's device with one passkey. It answers as a browser does: with what
# `PublicKeyCredential.toJSON()` is.
class PasskeyDevice
  ORIGIN = 'http://localhost'
  # User present and verified; with the key in it.
  FLAGS = { get: 0x05, create: 0x45 }.freeze

  def initialize
    @key = OpenSSL::PKey::EC.generate('prime256v1')
    @id = SecureRandom.bytes(16)
  end

  # For `navigator.credentials.create()`.
  def create(options)
    client_data = client_data('create', options)
    data = data(options.fetch('rp').fetch('id'), :create) + attested
    object = "\xA3\x63fmt\x64none\x67attStmt\xA0\x68authData\x58".b + [data.bytesize].pack('C') + data
    credential(clientDataJSON: client_data, attestationObject: object)
  end

  # For `navigator.credentials.get()`.
  def get(options)
    client_data = client_data('get', options)
    data = data(options.fetch('rpId'), :get)
    signature = @key.sign('SHA256', data + OpenSSL::Digest::SHA256.digest(client_data))
    credential(clientDataJSON: client_data, authenticatorData: data, signature: signature)
  end

  private

  def client_data(kind, options)
    JSON.generate(type: "webauthn.#{kind}", challenge: options.fetch('challenge'), origin: ORIGIN, crossOrigin: false)
  end

  def data(rp_id, kind)
    OpenSSL::Digest::SHA256.digest(rp_id) + [FLAGS.fetch(kind), 0].pack('CN')
  end

  # The id and the public key, as COSE has it.
  def attested
    x, y = @key.public_key.to_octet_string(:uncompressed).unpack('xa32a32')
    cose = "\xA5\x01\x02\x03\x26\x20\x01\x21\x58\x20".b + x + "\x22\x58\x20".b + y
    ("\0" * 16).b + [@id.bytesize].pack('n') + @id + cose
  end

  def credential(**response)
    id = encode(@id)
    { id: id, rawId: id, type: 'public-key', authenticatorAttachment: 'platform', clientExtensionResults: {},
      response: response.transform_values { |bytes| encode(bytes) } }
  end

  # base64url without padding.
  def encode(bytes)
    [bytes].pack('m0').tr('+/', '-_').delete('=')
  end
end
