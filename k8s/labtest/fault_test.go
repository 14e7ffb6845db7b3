package labtest

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
)

func TestAPIServerStopsAndStartsOnTheSameData(t *testing.T) {
	lab := Private(t)
	namespace, client := lab.Namespace(t), lab.Client(Admin)
	before, err := client.CoreV1().ConfigMaps(namespace).Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "kept"}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	lab.StopAPIServer()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if _, err := client.CoreV1().ConfigMaps(namespace).Get(ctx, "kept", metav1.GetOptions{}); err == nil {
		t.Fatal("the stopped API server answers")
	}
	lab.StartAPIServer()
	after, err := client.CoreV1().ConfigMaps(namespace).Get(t.Context(), "kept", metav1.GetOptions{})
	if err != nil || after.UID != before.UID {
		t.Fatalf("after the restart: %v, uid %s, want %s", err, after.UID, before.UID)
	}
}

func TestCompactExpiresOldVersions(t *testing.T) {
	lab := Private(t)
	namespace, client := lab.Namespace(t), lab.Client(Admin)
	maps := client.CoreV1().ConfigMaps(namespace)
	made, err := maps.Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "old"}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	lab.Compact()
	events, err := maps.Watch(t.Context(), metav1.ListOptions{ResourceVersion: made.ResourceVersion})
	if err != nil {
		if !apierrors.IsResourceExpired(err) && !apierrors.IsGone(err) {
			t.Fatal(err)
		}
		return
	}
	defer events.Stop()
	select {
	case event := <-events.ResultChan():
		if err := apierrors.FromObject(event.Object); event.Type != watch.Error || !apierrors.IsResourceExpired(err) && !apierrors.IsGone(err) {
			t.Fatalf("got %s %v, want 410 Gone", event.Type, err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the watch from an old resourceVersion goes on")
	}
}

func TestRevokedTokenIsRefusedUntilTheFileIsRewritten(t *testing.T) {
	lab := Private(t)
	good, err := os.ReadFile(lab.TokenPath())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(lab.TokenPath(), []byte("revoked"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := lab.Client(TokenFile).CoreV1().Nodes().List(t.Context(), metav1.ListOptions{}); !apierrors.IsUnauthorized(err) {
		t.Fatalf("with a wrong token: %v", err)
	}
	if err := os.WriteFile(lab.TokenPath(), good, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := lab.Client(TokenFile).CoreV1().Nodes().List(t.Context(), metav1.ListOptions{}); err != nil {
		t.Fatalf("with the token restored: %v", err)
	}
}

// TestLabDiesWithItsProcess starts this test binary again, which starts a lab and kills itself without any clean-up.
func TestLabDiesWithItsProcess(t *testing.T) {
	if report := os.Getenv("LABTEST_DIE"); report != "" {
		lab := Private(t)
		if err := os.WriteFile(report, []byte(lab.Dir()), 0o600); err != nil {
			t.Fatal(err)
		}
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		_ = self.Kill()
		select {}
	}
	binary, err := findBinary()
	orSkip(t, err)
	report := t.TempDir() + "/dir"
	cmd := exec.Command(os.Args[0], "-test.run=^TestLabDiesWithItsProcess$")
	cmd.Env = append(os.Environ(), "LABTEST_DIE="+report, "CANOPY_LAB_BIN="+binary)
	if output, err := cmd.CombinedOutput(); err == nil {
		t.Fatalf("the process was to be killed: %s", output)
	}
	dir, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the lab's directory to be removed", func(context.Context) bool {
		_, err := os.Stat(string(dir))
		return os.IsNotExist(err)
	})
}

func TestStatusOfSharedLab(t *testing.T) {
	if status := Shared(t).Control("status"); !strings.Contains(status, "apiserver=running") {
		t.Errorf("status is %q", status)
	}
}
