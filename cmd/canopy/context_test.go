package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"canopy/k8s/labtest"
)

// contexts writes a kubeconfig in which the same lab is reached as different users, with two contexts that lead nowhere.
func contexts(t *testing.T, lab *labtest.Lab) string {
	t.Helper()
	all := clientcmdapi.NewConfig()
	for name, user := range map[string]string{"reader": labtest.Canopy, "team": labtest.Namespaced} {
		one, err := clientcmd.LoadFromFile(lab.Kubeconfig(user))
		if err != nil {
			t.Fatal(err)
		}
		c := one.Contexts[one.CurrentContext]
		all.Clusters["lab"], all.AuthInfos[name] = one.Clusters[c.Cluster], one.AuthInfos[c.AuthInfo]
		all.Contexts[name] = &clientcmdapi.Context{Cluster: "lab", AuthInfo: name}
	}
	all.Contexts["team"].Namespace = labtest.TestNamespace
	all.Clusters["nobody"] = &clientcmdapi.Cluster{Server: "https://127.0.0.1:1"}
	all.Contexts["silent"] = &clientcmdapi.Context{Cluster: "nobody", AuthInfo: "reader"}
	all.Contexts["broken"] = &clientcmdapi.Context{Cluster: "missing", AuthInfo: "reader"}
	all.CurrentContext = "reader"
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*all, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// plantPrivileged makes a privileged Deployment and takes it away at the end of the test.
func plantPrivileged(t *testing.T, lab *labtest.Lab, namespace, name string) {
	t.Helper()
	deployments := lab.Client(labtest.Admin).AppsV1().Deployments(namespace)
	if _, err := deployments.Create(t.Context(), privileged(name), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := deployments.Delete(context.Background(), name, metav1.DeleteOptions{}); err != nil {
			t.Error(err)
		}
	})
}

// TestContextsWithoutRestart goes from a user who reads everything to one who reads a single namespace and back, and to
// two contexts that lead nowhere, in one run.
func TestContextsWithoutRestart(t *testing.T) {
	lab := labtest.Shared(t)
	namespace := lab.Namespace(t)
	plantPrivileged(t, lab, namespace, "elsewhere")
	plantPrivileged(t, lab, labtest.TestNamespace, "own")
	elsewhere, own := namespace+"/Deployment/elsewhere", labtest.TestNamespace+"/Deployment/own"
	screen := startList(t, "--kubeconfig", contexts(t, lab))
	list := func() { screen.press("/", "rule:PS01", "\r") }
	choose := func(name string) {
		screen.press("C")
		screen.until("the contexts", func(s string) bool {
			return strings.Contains(s, "clusters of the kubeconfig") && strings.Contains(s, "reader") && strings.Contains(s, "team")
		})
		screen.press(name, "\r")
	}
	screen.shows("canopy", "reader", "coverage 100%", "live ●")
	list()
	screen.shows("PS01", own)
	screen.shows("PS01", elsewhere)

	choose("team")
	screen.shows("canopy", "team", "coverage ")
	// What is not seen, and why, stands on the overview, and on the line below every screen.
	screen.press("1")
	screen.shows("COVERAGE")
	screen.until("that kinds are denied", func(s string) bool {
		return strings.Contains(s, "denied: ") && strings.Contains(s, "not permitted") && !strings.Contains(s, "coverage 100%")
	})
	screen.press("2")
	screen.shows("PS01", own)
	screen.shows("denied: ", " more")
	if s := screen.emulator.String(); strings.Contains(s, namespace) {
		t.Errorf("a namespace that this user cannot read is on the screen:\n%s", s)
	}

	choose("silent")
	screen.shows("canopy", "silent", "cannot reach the server")
	screen.shows("no answer: ", "connection refused", "trying again")
	screen.shows("cannot reach the server: ", "connection refused")

	choose("broken")
	screen.says("broken: kubeconfig: ")
	screen.shows("canopy", "silent")

	choose("reader")
	screen.shows("canopy", "reader", "coverage 100%", "live ●")
	list()
	screen.shows("PS01", own)
	screen.shows("PS01", elsewhere)
	screen.quit()
}

// TestNamespacesOnTheScreen limits what is shown by -n, and by the key to other namespaces and to none.
func TestNamespacesOnTheScreen(t *testing.T) {
	lab := labtest.Shared(t)
	first, second := lab.Namespace(t), lab.Namespace(t)
	plantPrivileged(t, lab, first, "one")
	plantPrivileged(t, lab, second, "two")
	one, two := first+"/Deployment/one", second+"/Deployment/two"
	screen := startList(t, "--kubeconfig", lab.Kubeconfig(labtest.Canopy), "-n", first)
	screen.shows("canopy", "only "+first, "live ●")
	screen.press("/", "rule:PS01", "\r")
	only := func(shown, hidden string) {
		t.Helper()
		screen.until("only "+shown, func(s string) bool { return onLine(s, "PS01", shown) && !onLine(s, "PS01", hidden) })
	}
	only(one, two)

	screen.press("n")
	screen.shows("namespaces: space marks several")
	screen.press(second, "\r")
	screen.shows("canopy", "only "+second)
	only(two, one)

	screen.press("n", "all namespaces", "\r")
	screen.shows("PS01", one)
	screen.shows("PS01", two)
	if s := screen.emulator.String(); onLine(s, "canopy", "only "+first) || onLine(s, "canopy", "only "+second) {
		t.Errorf("the top line still speaks of a limit:\n%s", s)
	}
	// The other screens are limited alike.
	screen.press("n", first, "\r")
	screen.press("0")
	screen.until("one namespace among the resources", func(s string) bool {
		return strings.Contains(s, first) && !strings.Contains(s, second)
	})
	screen.quit()
}
