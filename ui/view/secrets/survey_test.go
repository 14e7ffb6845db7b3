package secrets

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/catalogue"
	"canopy/analysis/rbac"
	"canopy/analysis/secret"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// registry is a session that answers nothing but questions about Secrets.
type registry struct {
	view.Session
	t       *testing.T
	c       *cluster.Cluster
	secrets *secret.Analyser
	access  *rbac.Analyser
}

type nowhere struct{}

func (nowhere) Put(*model.Finding) {}
func (nowhere) Drop(string)        {}

func (r *registry) AskSecrets(_ context.Context, f func(*cluster.Cluster, *secret.Analyser, *rbac.Analyser)) error {
	f(r.c, r.secrets, r.access)
	return nil
}

func (r *registry) put(objects ...runtime.Object) {
	r.t.Helper()
	for _, o := range objects {
		made, err := record.Make(o)
		if err != nil {
			r.t.Fatal(err)
		}
		if d, ok := r.c.Apply(model.Put(made)); ok {
			r.access.Update(r.c, d)
			r.secrets.Update(r.c, d)
		}
	}
	r.secrets.Flush(r.c, nowhere{})
}

// TestSurveyKept holds that the inventory is made anew only when something of it has changed, and who reads only when grants have.
func TestSurveyKept(t *testing.T) {
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	r := &registry{t: t, c: cluster.New(), secrets: secret.New(rules, model.FixedClock(viewtest.Now), secret.Options{}), access: rbac.New()}
	meta := metav1.ObjectMeta{Namespace: "shop", Name: "db"}
	r.put(&corev1.Secret{ObjectMeta: meta}, &rbacv1.Role{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"get"}}}})
	k, s := &Keeper{}, &view.Snapshot{}
	read := func() *survey {
		t.Helper()
		report := &model.Report{}
		if s.Report != nil {
			report.Sequence = s.Report.Sequence + 1
		}
		s = view.NewSnapshot().Next(report, nil)
		now, err := k.read(context.Background(), office{r}, s)
		if err != nil {
			t.Fatal(err)
		}
		return now
	}
	first := read()
	r.put(&corev1.Service{ObjectMeta: meta}, &corev1.Pod{ObjectMeta: meta})
	if read() != first {
		t.Error("what says nothing of Secrets has the inventory made anew")
	}
	r.put(&rbacv1.RoleBinding{ObjectMeta: meta, RoleRef: rbacv1.RoleRef{Kind: "Role", Name: "db"}, Subjects: []rbacv1.Subject{{Kind: "User", Name: "ann"}}})
	second := read()
	if &second.secrets[0] != &first.secrets[0] || second.readers[ref("Secret", "shop", "db")].Readers != 1 {
		t.Errorf("a grant: %+v", second)
	}
	other := meta
	other.Name = "other"
	r.put(&corev1.Secret{ObjectMeta: other})
	if third := read(); len(third.secrets) != 2 || third.readers[ref("Secret", "shop", "other")].Readers != 1 {
		t.Errorf("a Secret that came: %+v", third)
	}
}
