package serve

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/serve/wire"
)

// guests returns the options with the allowed origins as browsers write them, or an error about a name or an origin that no
// request could ever have.
func (o Options) guests() (Options, error) {
	for _, name := range o.AllowHosts {
		if name == "" || name != "*" && strings.ContainsAny(name, "/:*@ ") && net.ParseIP(name) == nil {
			return o, fault.New(fault.Usage, "--allow-host", "wanted a name without a scheme and a port, or *, found %q", name).
				WithHint("--allow-host digits.example.org")
		}
	}
	origins := make([]string, len(o.AllowOrigins))
	for i, text := range o.AllowOrigins {
		if origins[i] = text; text == "*" || text == "null" { // null is what a page from a file says
			continue
		}
		u, err := url.Parse(text)
		if err != nil || u.Scheme == "" || u.Host == "" || strings.Contains(u.Host, "*") ||
			strings.TrimSuffix(strings.TrimPrefix(text[len(u.Scheme):], "://"), "/") != u.Host {
			return o, fault.New(fault.Usage, "--allow-origin", "wanted a scheme, a name and perhaps a port, or *, found %q", text).
				WithHint("--allow-origin https://example.org")
		}
		origins[i] = originOf(u)
	}
	o.AllowOrigins = origins
	return o, nil
}

// originOf returns the origin of a URL as browsers write it: in lower case, and without the port that the scheme has anyway.
func originOf(u *url.URL) string {
	host := u.Host
	if port := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]; port != "" {
		host = strings.TrimSuffix(host, port)
	}
	return strings.ToLower(u.Scheme + "://" + host)
}

// admit lets only those requests through that come from this machine's own names and pages, or from allowed ones. It
// answers the others itself, and those that only ask whether they may.
//
// Without a check of Host, a page on the web could give its own name this machine's address (DNS rebinding) and read what
// only local programs are to read. An address of digits cannot be rebound, so it is always allowed; so is localhost.
// Without a check of Origin, it could still send requests, whose answers it cannot read.
func (s *server) admit(w http.ResponseWriter, r *http.Request) bool {
	if !s.hostAllowed(r) {
		wire.Fail(w, r, wire.Errorf(http.StatusForbidden,
			"the Host %q is not one of this server's: --allow-host allows it", wire.Short(r.Host)))
		return false
	}
	origin := wire.Field(r, "Origin")
	if origin == "" {
		return true
	}
	if !slices.Contains(s.o.AllowOrigins, origin) && !slices.Contains(s.o.AllowOrigins, "*") {
		if !sameOrigin(origin, r.Host) {
			wire.Fail(w, r, wire.Errorf(http.StatusForbidden,
				"pages of %q may not ask this server: --allow-origin allows them", wire.Short(origin)))
			return false
		}
		return true
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Add("Vary", "Origin")
	h.Set("Access-Control-Expose-Headers", "Inference-Header-Content-Length")
	if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
		h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT")
		h.Set("Access-Control-Allow-Headers", "Content-Type, Content-Encoding, Inference-Header-Content-Length")
		h.Set("Access-Control-Max-Age", "600")
		w.WriteHeader(http.StatusNoContent)
		return false
	}
	return true
}

// hostAllowed reports whether the Host of a request is one of the server's names. It remembers the first that is: nearly
// all requests have the same.
func (s *server) hostAllowed(r *http.Request) bool {
	if known := s.host.Load(); known != nil && *known == r.Host {
		return true
	}
	if !s.isAllowed(r.Host) {
		return false
	}
	first := strings.Clone(r.Host) // and nothing else of the request
	s.host.CompareAndSwap(nil, &first)
	return true
}

// isAllowed reports whether a Host is one of the server's names.
func (s *server) isAllowed(host string) bool {
	if strings.HasPrefix(s.o.Addr, "unix:") || slices.Contains(s.o.AllowHosts, "*") {
		return true
	}
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true // without a Host it is no browser
	}
	if _, err := netip.ParseAddr(host); err == nil { // of IPv6 also with a zone, as fe80::1%eth0
		return true
	}
	if named, _, err := net.SplitHostPort(s.o.Addr); err == nil && strings.EqualFold(named, host) {
		return true
	}
	return slices.ContainsFunc(s.o.AllowHosts, func(name string) bool { return strings.EqualFold(name, host) })
}

// sameOrigin reports whether an Origin is that of the server's own pages.
func sameOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && originOf(u) == originOf(&url.URL{Scheme: u.Scheme, Host: host})
}
