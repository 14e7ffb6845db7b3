package labtest

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

func TestVersionIsTheOneTheLabNames(t *testing.T) {
	version, err := Shared(t).Client(Canopy).Discovery().ServerVersion()
	if err != nil {
		t.Fatal(err)
	}
	if version.Major != "1" || version.Minor != "37" || version.GitVersion != "v1.37.2" {
		t.Errorf("version is %s.%s (%s), want 1.37 (v1.37.2)", version.Major, version.Minor, version.GitVersion)
	}
}

func TestUsersSeeWhatTheyMay(t *testing.T) {
	lab := Shared(t)
	tests := []struct {
		user       string
		secrets    bool // lists Secrets cluster-wide
		namespaces bool
		teamA      bool // lists Secrets of team-a
		denied     func(error) bool
	}{
		{Admin, true, true, true, nil},
		{Canopy, true, true, true, nil},
		{TokenReader, true, true, true, nil},
		{TokenFile, true, true, true, nil},
		{Namespaced, false, false, true, apierrors.IsForbidden},
		{Nobody, false, false, false, apierrors.IsForbidden},
		{DevUser, false, false, false, apierrors.IsForbidden},
		{TokenNobody, false, false, false, apierrors.IsForbidden},
		{Anonymous, false, false, false, apierrors.IsForbidden},
	}
	for _, test := range tests {
		t.Run(test.user, func(t *testing.T) {
			client, ctx := lab.Client(test.user), t.Context()
			_, secrets := client.CoreV1().Secrets("").List(ctx, metav1.ListOptions{})
			_, namespaces := client.CoreV1().Namespaces().List(ctx, metav1.ListOptions{})
			_, teamA := client.CoreV1().Secrets(TestNamespace).List(ctx, metav1.ListOptions{})
			for _, answer := range []struct {
				what string
				may  bool
				err  error
			}{{"all secrets", test.secrets, secrets}, {"namespaces", test.namespaces, namespaces}, {"secrets of team-a", test.teamA, teamA}} {
				if answer.may && answer.err != nil {
					t.Errorf("%s: %v", answer.what, answer.err)
				}
				if !answer.may && (answer.err == nil || !test.denied(answer.err)) {
					t.Errorf("%s: got %v, want a refusal", answer.what, answer.err)
				}
			}
		})
	}
	if _, err := lab.Client(Canopy).CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "x"}}, metav1.CreateOptions{}); !apierrors.IsForbidden(err) {
		t.Errorf("the user canopy makes a namespace: %v", err)
	}
}

func TestUserNames(t *testing.T) {
	lab := Shared(t)
	for user, want := range map[string]string{Admin: "admin", Canopy: "canopy", DevUser: "alice", Anonymous: "system:anonymous", TokenFile: "token-file"} {
		review, err := lab.Client(user).AuthenticationV1().SelfSubjectReviews().Create(t.Context(), &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
		if user == Anonymous {
			if !apierrors.IsForbidden(err) {
				t.Errorf("anonymous may review itself: %v", err)
			}
			continue
		}
		if err != nil || review.Status.UserInfo.Username != want {
			t.Errorf("%s is %q (%v), want %q", user, review.Status.UserInfo.Username, err, want)
		}
	}
}

func TestAuditLogNamesWhoDidWhat(t *testing.T) {
	lab := Shared(t)
	namespace := lab.Namespace(t)
	if _, err := lab.Client(Admin).CoreV1().ConfigMaps(namespace).Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "trace"}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	_, _ = lab.Client(Nobody).CoreV1().Secrets(namespace).List(t.Context(), metav1.ListOptions{})
	file, err := os.Open(lab.AuditLog())
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	created, refused := false, false
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var event struct {
			Verb           string
			User           struct{ Username string }
			ObjectRef      struct{ Resource, Namespace, Name string }
			ResponseStatus struct{ Code int }
		}
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			t.Fatalf("%v in %s", err, lines.Text())
		}
		if event.ObjectRef.Namespace != namespace {
			continue
		}
		created = created || event.Verb == "create" && event.User.Username == "admin" && event.ObjectRef.Name == "trace" && event.ResponseStatus.Code == 201
		refused = refused || event.Verb == "list" && event.User.Username == "nobody" && event.ObjectRef.Resource == "secrets" && event.ResponseStatus.Code == 403
	}
	if !created || !refused {
		t.Errorf("audit log has created=%v refused=%v, want both", created, refused)
	}
}

func TestCertificateExpires(t *testing.T) {
	lab := Shared(t)
	client, err := kubernetes.NewForConfig(lab.ShortLivedConfig("visitor", []string{"canopy-lab:readers"}, 3*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.CoreV1().Namespaces().List(t.Context(), metav1.ListOptions{}); err != nil {
		t.Fatalf("before the end: %v", err)
	}
	eventually(t, "the certificate to be refused", func(ctx context.Context) bool {
		_, err := client.CoreV1().Namespaces().List(ctx, metav1.ListOptions{})
		return apierrors.IsUnauthorized(err)
	})
}

// eventually waits until done, for at most a minute.
func eventually(t *testing.T, what string, done func(context.Context) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for !done(ctx) {
		select {
		case <-ctx.Done():
			t.Fatalf("waited a minute for %s", what)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
