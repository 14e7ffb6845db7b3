package guard

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"k8s.io/client-go/rest"
)

func client(t *testing.T, handler http.HandlerFunc) (*http.Client, string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	c, err := rest.HTTPClientFor(Config(&rest.Config{Host: server.URL}))
	if err != nil {
		t.Fatal(err)
	}
	return c, server.URL
}

// TestRedirect follows within the server and nowhere else.
func TestRedirect(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("followed") }))
	t.Cleanup(other.Close)
	c, base := client(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other.URL+"/version", http.StatusTemporaryRedirect)
		case "/scheme":
			http.Redirect(w, r, "https://"+r.Host+"/version", http.StatusFound)
		case "/here":
			http.Redirect(w, r, "/version", http.StatusFound)
		}
	})
	for _, path := range []string{"/away", "/scheme"} {
		answer, err := c.Get(base + path)
		if err == nil {
			answer.Body.Close()
		}
		if !errors.Is(err, ErrRedirect) || Of(err) == nil || !strings.Contains(err.Error(), " redirects to ") {
			t.Errorf("%s: %v", path, err)
		}
	}
	answer, err := c.Get(base + "/here")
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
}

// TestAnswersEnd reads a version and a watch event without end.
func TestAnswersEnd(t *testing.T) {
	c, base := client(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Query().Get("fine") != "" {
			for range 70 {
				_, _ = io.WriteString(w, `{"a":"`+strings.Repeat("x", mib)+`\"}{"}`+"\n")
			}
			return
		}
		_, _ = io.WriteString(w, `{"gitVersion":"`)
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, strings.Repeat("a", mib)); err != nil {
				return
			}
		}
	})
	for path, want := range map[string]error{"/version": ErrTooLarge, "/apis": ErrTooLarge, "/api/v1/pods?watch=true": ErrTooLarge,
		"/api/v1/pods?watch=true&fine=1": nil} {
		answer, err := c.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, answer.Body)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v after %d bytes", path, err, n)
		}
		_ = answer.Body.Close()
	}
}

// TestLimits bounds a request by what it asks for.
func TestLimits(t *testing.T) {
	for url, want := range map[string]int64{"https://h/version": versionLimit, "https://h/k8s/c/x/version": versionLimit,
		"https://h/apis/apps/v1": answerLimit, "https://h/api/v1": answerLimit, "https://h/api/v1/pods?limit=500": pageLimit,
		"https://h/api/v1/pods": listLimit, "https://h/k8s/apis/apps/v1/deployments": listLimit, "https://h/api/v1/pods?watch=true": 0} {
		r, err := http.NewRequest(http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := limitOf(r); got != want {
			t.Errorf("%s: got %d, want %d", url, got, want)
		}
	}
}

// TestPages finds a token that comes again, a ring of them, and a list without end.
func TestPages(t *testing.T) {
	for what, token := range map[string]func(int) string{
		"one":     func(int) string { return "a" },
		"ring":    func(i int) string { return strconv.Itoa(i % 7) },
		"endless": strconv.Itoa,
	} {
		var p Pages
		var err error
		for i := 0; err == nil && i <= maxPages; i++ {
			err = p.Next(token(i))
		}
		if !errors.Is(err, ErrEndless) {
			t.Errorf("%s: %v", what, err)
		}
	}
	var p Pages
	for i := range 1000 {
		if err := p.Next(strconv.Itoa(i)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBrief(t *testing.T) {
	if got := Brief(strings.Repeat("ä", 400)); got != strings.Repeat("ä", 300)+"… (200 bytes more)" {
		t.Error(got)
	}
	if got := Brief("short"); got != "short" {
		t.Error(got)
	}
}
