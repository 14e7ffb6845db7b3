package tables

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestFetch holds what is fetched and what is not.
func TestFetch(t *testing.T) {
	var asked []string
	answers := http.NewServeMux()
	whole := squeezed(t, tarball(t, member{name: "data/february.json", data: february(t)}))
	answers.HandleFunc("/data.tar.gz", func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.UserAgent()+" "+r.Header.Get("Authorization")+r.Header.Get("Cookie"))
		_, _ = w.Write(whole)
	})
	answers.HandleFunc("/plain", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(february(t)) })
	answers.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/plain", http.StatusFound) })
	answers.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://elsewhere.test/plain", http.StatusFound)
	})
	answers.HandleFunc("/down", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://"+r.Host+"/plain", http.StatusFound)
	})
	answers.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	answers.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(maxTotal+1))
		_, _ = w.Write(february(t))
	})
	answers.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, mib)); err != nil {
				return
			}
		}
	})
	answers.HandleFunc("/cut", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(whole)))
		_, _ = w.Write(whole[:len(whole)/2])
	})
	answers.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(whole[:5])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	answers.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html></html>")) })
	secure, open := httptest.NewTLSServer(answers), httptest.NewServer(answers)
	t.Cleanup(secure.Close)
	t.Cleanup(open.Close)
	trusted := x509.NewCertPool()
	trusted.AddCert(secure.Certificate())
	o := Options{Now: today(), TLS: &tls.Config{RootCAs: trusted}, Timeout: 2 * time.Second}
	for _, from := range []string{secure.URL + "/data.tar.gz", secure.URL + "/plain", secure.URL + "/moved", open.URL + "/plain", open.URL + "/moved"} {
		path := placed(t)
		if _, err := Update(t.Context(), path, from, o); err != nil || lines(t, path) != "1.98 1.99" {
			t.Errorf("%s: %v", from, err)
		}
	}
	if len(asked) != 1 || asked[0] != "canopy " {
		t.Errorf("asked %q", asked)
	}
	path := placed(t)
	before := listing(t, filepath.Dir(path))
	for from, says := range map[string]string{
		secure.URL + "/away":                              "only the same host by the same scheme is followed",
		secure.URL + "/down":                              "only the same host by the same scheme is followed",
		secure.URL + "/loop":                              "more than 5 redirects",
		secure.URL + "/nothing":                           "it answered 404",
		secure.URL + "/large":                             "larger than 32 MiB",
		secure.URL + "/endless":                           "larger than",
		secure.URL + "/cut":                               "/cut: data/february.json: it is cut off",
		secure.URL + "/slow":                              "no whole answer within 2s",
		secure.URL + "/page":                              "/page: is",
		"http://192.0.2.1/data":                           "use https",
		"http://localhost.test/data":                      "use https",
		"https://user:word@data.test/x":                   "it holds credentials",
		"https:///x":                                      "it names no host",
		"HTTP://data.test/x":                              "use https",
		"https://" + open.URL[len("http://"):] + "/plain": "",
	} {
		_, err := Update(t.Context(), path, from, o)
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "word@") {
			t.Errorf("%s: %v, want %q", from, err, says)
		}
	}
	o.TLS = nil
	if _, err := Update(t.Context(), path, secure.URL+"/plain", o); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("whom nobody trusts: %v", err)
	}
	if after := listing(t, filepath.Dir(path)); after != before {
		t.Error("something was written")
	}
}
