package admission

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/image/reference"
	"canopy/analysis/workload"
)

// TestGrammarOfReferences compares the expressions, as far as they are regular ones, with package reference.
func TestGrammarOfReferences(t *testing.T) {
	host, full, rest, hex := regexp.MustCompile(hostFirst), regexp.MustCompile("^"+hostForm+"/"+restForm), regexp.MustCompile("^"+restForm), regexp.MustCompile(bareHex)
	d := dice{rand.New(rand.NewPCG(1, 2))}
	good := 0
	for range 20_000 {
		i := d.image()
		r, err := reference.Parse(i)
		got := rest.MatchString(i) && !hex.MatchString(i) || host.MatchString(i) && full.MatchString(i)
		if got != (err == nil) {
			t.Fatalf("%q: %v, %v", i, got, err)
		}
		if err != nil {
			continue
		}
		good++
		if host.MatchString(i) == r.Short || strings.Contains(i, "@") != (r.Digest != "") {
			t.Errorf("%q: %+v", i, r)
		}
	}
	if good < 2000 || good > 18_000 {
		t.Errorf("%d of 20000 are references", good)
	}
}

// TestPlacesAreThoseOfTheJudges holds that what is written out here is what others find.
func TestPlacesAreThoseOfTheJudges(t *testing.T) {
	for _, place := range retired() {
		r, err := reference.Parse(place + "/x:1")
		if _, _, ok := reference.Deprecated(r); err != nil || !ok {
			t.Errorf("%s is not deprecated: %v", place, err)
		}
	}
	known := regexp.MustCompile(nodeCredentials())
	words := []string{"etc", "kubernetes", "pki", "admin.conf", "azure.json", "root", ".aws", ".kube", ".config", "gcloud", "home", "me", "var", "lib", "kubelet", "kubeconfig", "rancher", "k3s", "server", "tls",
		"token", "cred", "cloud", "k3s.yaml", "azureXjson", "rke2", "cloud.conf", "cloud-config", "cloud_config", "super-admin.conf", "bootstrap-kubelet.conf", "kubelet.conf", "scheduler.conf", "controller-manager.conf", "bootstrap-kubeconfig", "rke2.yaml", ".azure", ".docker", ".ssh", "config.json", "origin", "node"}
	hits := map[string]bool{}
	var walk func(path string, depth int)
	walk = func(path string, depth int) {
		if path != "" {
			spec := corev1.PodSpec{Volumes: []corev1.Volume{{Name: "v", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/" + path}}}}}
			want := len(workload.JudgeRule(&corev1.PodTemplateSpec{Spec: spec}, "SE09")) > 0
			if got := known.MatchString(path); got != want {
				t.Errorf("%s: %v", path, got)
			}
			if want {
				hits[path] = true
			}
		}
		if depth == 0 {
			return
		}
		for _, w := range words {
			next := strings.TrimPrefix(path+"/"+w, "/")
			// Only what may lead somewhere is followed further.
			if depth > 3 || strings.HasPrefix(next, "etc/") || strings.HasPrefix(next, "home/me") || strings.HasPrefix(next, "root/.config") {
				walk(next, depth-1)
			}
		}
	}
	walk("", 5)
	for _, base := range []string{"var/lib/rancher/k3s/server", "var/lib/rancher/rke2/server", "var/lib/kubelet"} {
		walk(base, 2)
		for _, w := range words {
			walk(base+"/"+w, 0)
		}
	}
	if len(hits) < 50 {
		t.Errorf("only %d paths are credentials", len(hits))
	}
}
