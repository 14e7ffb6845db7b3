package main

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"canopy/cmd/canopy/canarytest"
	"canopy/cmd/canopy/output"
	"canopy/k8s/labtest"
	"canopy/model"
)

// scanLab runs a command of the binary against the lab as the user canopy.
func scanLab(t *testing.T, lab *labtest.Lab, args ...string) string {
	t.Helper()
	cmd := exec.Command(binary.path(t), append(args, "--kubeconfig", lab.Kubeconfig(labtest.Canopy))...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("canopy %v: %v: %s", args, err, stderr(err))
	}
	return string(out)
}

// auditEvent is what this test reads of an event of the audit log.
type auditEvent struct {
	Verb      string
	User      struct{ Username string }
	Reference struct{ Resource, Subresource string } `json:"objectRef"`
	URI       string                                 `json:"requestURI"`
	Agent     string                                 `json:"userAgent"`
}

// audited reads the events of a user since a place in the log.
func audited(t *testing.T, path string, from int64, user string) []auditEvent {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Seek(from, 0); err != nil {
		t.Fatal(err)
	}
	var list []auditEvent
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var e auditEvent
		// The last line may be half written.
		if json.Unmarshal(lines.Bytes(), &e) == nil && e.User.Username == user {
			list = append(list, e)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// TestAuditTrail asks the server what Canopy did: it reads, and asks what it may read, and nothing else.
func TestAuditTrail(t *testing.T) {
	lab := labtest.Shared(t)
	namespace := lab.Namespace(t)
	plantPrivileged(t, lab, namespace, "audited")
	info, err := os.Stat(lab.AuditLog())
	if err != nil {
		t.Fatal(err)
	}
	binary.path(t) // or the first figure would be that of the build
	start := time.Now()
	scanLab(t, lab, "scan", "-o", "json")
	t.Logf("scan: %s", time.Since(start))
	scanLab(t, lab, "access")
	scanLab(t, lab, "fix", "--all", "--preview")
	scanLab(t, lab, "capture", "--out", filepath.Join(t.TempDir(), "cluster.tar.gz"))
	screen := startTerminal(t, "--kubeconfig", lab.Kubeconfig(labtest.Canopy))
	screen.shows("canopy", "live ●")
	// What asks the server for one object more: a finding with its YAML, the change that ends it, and what it would do.
	screen.press(":finding PS01/apps/Deployment/" + namespace + "/audited\r")
	screen.shows("▌", "privileged: true")
	screen.press("f")
	screen.until("the difference", regexp.MustCompile(`│- +privileged: true`).MatchString)
	screen.press(escape, "w")
	screen.shows("closes", "1 finding")
	screen.quit()

	verbs := map[string]int{}
	for _, e := range audited(t, lab.AuditLog(), info.Size(), "canopy") {
		verbs[e.Verb]++
		switch {
		case slices.Contains([]string{"get", "list", "watch"}, e.Verb):
			if e.Reference.Subresource != "" {
				t.Errorf("%s of %s/%s", e.Verb, e.Reference.Resource, e.Reference.Subresource)
			}
		case e.Verb == "create" && strings.HasPrefix(e.Reference.Resource, "selfsubject") && strings.HasSuffix(e.Reference.Resource, "reviews"):
		default:
			t.Errorf("the server saw %s %s", e.Verb, e.URI)
		}
	}
	if verbs["list"]+verbs["watch"] == 0 || verbs["get"] == 0 {
		t.Errorf("the log shows nothing of the user: %v", verbs)
	}
	t.Logf("requests: %v", verbs)
}

// TestLiveCanaries plants values in a real cluster wherever secrets stand, and looks for them in all that Canopy writes and shows.
func TestLiveCanaries(t *testing.T) {
	t.Parallel()
	lab := labtest.Shared(t)
	namespace := lab.Namespace(t)
	client, err := dynamic.NewForConfig(lab.Config(labtest.Admin))
	if err != nil {
		t.Fatal(err)
	}
	planted := canarytest.Plant(canarytest.NewValues(t), namespace)
	for _, o := range planted.Objects {
		data, err := json.Marshal(o)
		u := &unstructured.Unstructured{}
		if err == nil {
			err = u.UnmarshalJSON(data)
		}
		if err == nil {
			_, err = client.Resource(model.KindByName(u.GetKind()).GVR()).Namespace(namespace).Create(t.Context(), u, metav1.CreateOptions{})
		}
		if err != nil {
			t.Fatal(err)
		}
	}

	dir := t.TempDir()
	log, capture := filepath.Join(dir, "log"), filepath.Join(dir, "cluster.tar.gz")
	logged := []string{"--log-file", log, "--log-level", "debug"}
	written := map[string]string{}
	for _, format := range []string{"table", "wide", "json", "yaml", "sarif", "junit", "csv"} {
		written[format] = scanLab(t, lab, append([]string{"scan", "-o", format}, logged...)...)
		if !strings.Contains(written[format], "leaky") {
			t.Errorf("-o %s does not speak of the Deployment", format)
		}
	}
	var document struct {
		Report struct {
			Findings []struct {
				ID     string
				Object struct{ Namespace string }
			}
		}
	}
	if err := json.Unmarshal([]byte(written["json"]), &document); err != nil {
		t.Fatal(err)
	}
	for _, f := range document.Report.Findings {
		if f.Object.Namespace == namespace {
			written["fix "+f.ID] = scanLab(t, lab, append([]string{"fix", f.ID}, logged...)...)
		}
	}
	for _, id := range []string{"PS28//Pod/" + namespace + "/naked", "SE01//Pod/" + namespace + "/naked", "SE03//ConfigMap/" + namespace + "/leaky", "SE04//Secret/" + namespace + "/leaky"} {
		if written["fix "+id] == "" {
			t.Errorf("no finding %s", id)
		}
	}
	for _, format := range output.Common() {
		written["images "+string(format)] = scanLab(t, lab, append([]string{"images", "-o", string(format)}, logged...)...)
		written["secrets "+string(format)] = scanLab(t, lab, append([]string{"secrets", "--inspect-secrets", "-n", namespace, "-o", string(format)}, logged...)...)
	}
	written["fix"] = scanLab(t, lab, append([]string{"fix", "--all", "-n", namespace}, logged...)...)
	scanLab(t, lab, append([]string{"capture", "--out", capture}, logged...)...)
	for name, text := range canaryScreens(t, namespace, append([]string{"--kubeconfig", lab.Kubeconfig(labtest.Canopy), "-n", namespace}, logged...)) {
		written[name] = text
	}
	for name, path := range map[string]string{"log": log, "capture": capture} {
		out, err := exec.Command("sh", "-c", `case $1 in *.gz) tar -xzOf "$1" ;; *) cat "$1" ;; esac`, "sh", path).Output()
		if err != nil {
			t.Fatal(err)
		}
		written[name] = string(out)
	}
	for name, text := range written {
		planted.Values.Absent(name, text)
	}
}
