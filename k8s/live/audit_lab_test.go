package live

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"canopy/k8s/labtest"
	"canopy/model"
)

// auditedVerbs gives the verbs of all requests of a user agent in the server's audit log, and one URI of each.
func auditedVerbs(t *testing.T, path, agent string) map[string]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	verbs := map[string]string{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e struct{ Verb, RequestURI, UserAgent string }
		if json.Unmarshal(lines.Bytes(), &e) == nil && e.UserAgent == agent {
			verbs[e.Verb] = e.RequestURI
		}
	}
	return verbs
}

func TestAuditLogShowsReadsOnly(t *testing.T) {
	lab := labtest.Shared(t)
	for _, user := range []string{labtest.Canopy, labtest.Namespaced, labtest.Nobody} {
		t.Run(user, func(t *testing.T) {
			source, sink := start(t, lab.Config(user), func(o *Options) {
				o.Version = "audit-" + user
				o.Namespaces = []string{labtest.TestNamespace}
			})
			eventually(t, "settled", sink, sink.settled)
			if _, err := source.Kinds(context.Background()); err != nil {
				t.Error(err)
			}
			_, _ = source.Get(context.Background(), model.KindByName("Node").Ref("", "none"))
			verbs := map[string]string{}
			for range 50 {
				if verbs = auditedVerbs(t, lab.AuditLog(), "canopy/audit-"+user); len(verbs) >= 2 {
					break
				}
				time.Sleep(100 * time.Millisecond)
			}
			if len(verbs) < 2 {
				t.Fatalf("the audit log shows %v", verbs)
			}
			for verb, uri := range verbs {
				switch {
				case verb == "get", verb == "list", verb == "watch":
				case verb == "create" && strings.Contains(uri, "/selfsubject"):
				default:
					t.Errorf("%s %s", verb, uri)
				}
			}
		})
	}
}
