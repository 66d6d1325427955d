package dev.fairlead.api.serve;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A certificate that a server signs for itself, and its key; made anew for each lab. The JDK reads certificates and doesn't
 * write them, and what is written here is so little (X.509 v3 of RFC 5280, in DER of X.690) that a library would be larger
 * than the lab.
 */
public final class Certificate {
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final String COMMON_NAME = "2.5.4.3";
    private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
    private static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final DateTimeFormatter GENERALIZED_TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final PrivateKey key;
    private final byte[] encoded;

    private Certificate(PrivateKey key, byte[] encoded) {
        this.key = key;
        this.encoded = encoded;
    }

    /**
     * One that was made before.
     *
     * @param privateKey as {@link #privateKey} gave it
     * @param encoded as {@link #encoded} gave it
     * @throws IllegalArgumentException when they aren't
     */
    public static Certificate of(byte[] privateKey, byte[] encoded) {
        try {
            PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(privateKey));
            return new Certificate(key, encoded.clone());
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the server's key can't be read: " + e.getMessage(), e);
        }
    }

    /**
     * Makes one for a server of these names and addresses.
     *
     * @param valid from an hour ago on, for clocks that are behind
     */
    public static Certificate selfSigned(
            String name, List<String> dnsNames, List<InetAddress> addresses, Duration valid) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair keys = generator.generateKeyPair();
            byte[] algorithm = tagged(SEQUENCE, objectId(ECDSA_WITH_SHA256));
            byte[] body = body(name, dnsNames, addresses, valid, keys, algorithm);
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(body);
            return new Certificate(keys.getPrivate(), tagged(SEQUENCE, body, algorithm, bits(signature.sign())));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK makes no ECDSA certificates: " + e.getMessage(), e);
        }
    }

    private static byte[] body(
            String name,
            List<String> dnsNames,
            List<InetAddress> addresses,
            Duration valid,
            KeyPair keys,
            byte[] algorithm) {
        byte[] version = tagged(0xa0, integer(BigInteger.TWO)); // v3
        byte[] serial = integer(new BigInteger(120, new SecureRandom()).setBit(119));
        byte[] who = tagged(
                SEQUENCE,
                tagged(
                        SET,
                        tagged(SEQUENCE, objectId(COMMON_NAME), tagged(0x0c, name.getBytes(StandardCharsets.UTF_8)))));
        Instant from = Instant.now().minus(Duration.ofHours(1));
        byte[] validity = tagged(SEQUENCE, time(from), time(from.plus(valid)));
        ByteArrayOutputStream names = new ByteArrayOutputStream();
        dnsNames.forEach(dns -> names.writeBytes(tagged(0x82, dns.getBytes(StandardCharsets.US_ASCII))));
        addresses.forEach(address -> names.writeBytes(tagged(0x87, address.getAddress())));
        byte[] alternative = extension(SUBJECT_ALTERNATIVE_NAME, tagged(SEQUENCE, names.toByteArray()));
        // It is its own authority, so that clients can be told to trust it and nothing else.
        byte[] constraints = extension(BASIC_CONSTRAINTS, tagged(SEQUENCE, tagged(0x01, new byte[] {(byte) 0xff})));
        byte[] extensions = tagged(0xa3, tagged(SEQUENCE, alternative, constraints));
        return tagged(
                SEQUENCE,
                version,
                serial,
                algorithm,
                who,
                validity,
                who,
                keys.getPublic().getEncoded(),
                extensions);
    }

    private static byte[] extension(String id, byte[] value) {
        return tagged(SEQUENCE, objectId(id), tagged(0x04, value));
    }

    private static byte[] time(Instant instant) {
        return tagged(0x18, GENERALIZED_TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] integer(BigInteger value) {
        return tagged(0x02, value.toByteArray());
    }

    private static byte[] bits(byte[] value) {
        return tagged(0x03, new byte[] {0}, value);
    }

    private static byte[] objectId(String dotted) {
        String[] parts = dotted.split("\\.", -1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(Integer.parseInt(parts[0]) * 40 + Integer.parseInt(parts[1]));
        for (int i = 2; i < parts.length; i++) {
            int value = Integer.parseInt(parts[i]);
            for (int shift = 28; shift > 0; shift -= 7) {
                if (value >> shift != 0) {
                    out.write(value >> shift & 0x7f | 0x80);
                }
            }
            out.write(value & 0x7f);
        }
        return tagged(0x06, out.toByteArray());
    }

    private static byte[] tagged(int tag, byte[]... contents) {
        int length = 0;
        for (byte[] content : contents) {
            length += content.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 6);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
            out.write(0x81);
            out.write(length);
        } else {
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        }
        for (byte[] content : contents) {
            out.writeBytes(content);
        }
        return out.toByteArray();
    }

    /** For a kubeconfig's {@code certificate-authority-data}. */
    public String pem() {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded)
                + "\n-----END CERTIFICATE-----\n";
    }

    /** X.509, in DER. */
    public byte[] encoded() {
        return encoded.clone();
    }

    /** PKCS #8, in DER (RFC 5208). */
    public byte[] privateKey() {
        return key.getEncoded();
    }

    /** For a server that shows this certificate. */
    public SSLContext serverContext() {
        try {
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("server", key, new char[0], new X509Certificate[] {certificate});
            KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
            factory.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(factory.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the server's certificate can't be used: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
