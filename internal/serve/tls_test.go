package serve

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dnn/internal/fault"
)

// newCertificate writes a certificate for this machine and its key, as PEM files, and returns their paths and what
// trusts it.
func newCertificate(t *testing.T) (certificate, key string, trusted *tls.Config) {
	t.Helper()
	here := t.TempDir()
	certificate, key = filepath.Join(here, "cert.pem"), filepath.Join(here, "key.pem")
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{
		certificate: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: keyDER},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return certificate, key, &tls.Config{RootCAs: pool, ServerName: "localhost", MinVersion: tls.VersionTLS12}
}

// TestTLS asks over TLS: both versions work, what is older, and plain HTTP, is refused. HTTP/2 is off on purpose.
func TestTLS(t *testing.T) {
	certificate, key, trusted := newCertificate(t)
	r := start(t, func(o *Options) { o.TLSCert, o.TLSKey, o.Log = certificate, key, LogText })
	host, ok := strings.CutPrefix(r.url, "https://")
	if !ok {
		t.Fatalf("found %s", r.url)
	}
	for version, wanted := range map[uint16]bool{
		tls.VersionTLS13: true, tls.VersionTLS12: true, tls.VersionTLS11: false,
	} {
		config := trusted.Clone()
		config.MinVersion, config.MaxVersion, config.NextProtos = version, version, []string{"h2", "http/1.1"}
		c := tls.Client(r.dial(), config)
		if err := c.HandshakeContext(t.Context()); (err == nil) != wanted {
			t.Errorf("%s: wanted %t, found %v", tls.VersionName(version), wanted, err)
		}
		if !wanted {
			continue
		}
		if found := c.ConnectionState().NegotiatedProtocol; found != "http/1.1" {
			t.Errorf("wanted HTTP/1.1, found %q", found)
		}
		for range 2 {
			_, _ = io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
			response, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			if text, err := io.ReadAll(response.Body); err != nil || string(text) != "ok\n" {
				t.Errorf("found %q, %v", text, err)
			}
			_ = response.Body.Close()
		}
	}
	plain := r.dial()
	_, _ = io.WriteString(plain, "GET /healthz HTTP/1.1\r\nHost: "+host+"\r\n\r\n")
	if status := statusOf(plain); status != "400" {
		t.Errorf("plain HTTP: wanted 400, found %s", status)
	}
	lines := r.lines(6)
	if n := strings.Count(strings.Join(lines, "\n"), ` - "-" 400 0 0.`); n != 2 { // TLS 1.1 and plain HTTP
		t.Errorf("wanted 2 lines about what is no TLS, found %q", lines)
	}
}

// TestCertificates tests what is said of files that are no certificate, no key, or no pair.
func TestCertificates(t *testing.T) {
	certificate, key, _ := newCertificate(t)
	_, other, _ := newCertificate(t)
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		certificate, key string
		kind             fault.Kind
		want             string
	}{
		"no certificate": {"none.pem", key, fault.Data, "none.pem: cannot read: "},
		"no key":         {certificate, "none.pem", fault.Data, "none.pem: cannot read: "},
		"empty":          {empty, key, fault.Data, empty + ": wanted a certificate, and its key in " + key + ", as PEM: "},
		"empty key":      {certificate, empty, fault.Data, "failed to find any PEM data in key input"},
		"swapped":        {key, certificate, fault.Data, "PEM inputs may have been switched"},
		"another's key":  {certificate, other, fault.Data, "private key does not match public key"},
		"one":            {certificate, "", fault.Usage, "--tls-cert: wanted --tls-cert and --tls-key together, found one"},
		"the other":      {"", key, fault.Usage, "--tls-cert: wanted --tls-cert and --tls-key together, found one"},
	} {
		_, err := Options{TLSCert: c.certificate, TLSKey: c.key}.tls()
		if fault.KindOf(err) != c.kind || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s: wanted %q, found %v", name, c.want, err)
		}
	}
}
