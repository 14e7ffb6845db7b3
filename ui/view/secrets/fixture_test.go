package secrets

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/secret"
	"canopy/model"
	"canopy/model/record"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

var now = viewtest.Now.Unix()

const day = 86400

func ref(kind, namespace, name string) model.Ref { return model.KindByName(kind).Ref(namespace, name) }

// fixture is the desk of the tests: a few Secrets, those that read them, and certificates.
type fixture struct {
	survey *survey
	one    *one
	calls  int
	err    error
}

func (f *fixture) All(context.Context, *survey) (*survey, error) {
	f.calls++
	return f.survey, f.err
}

func (f *fixture) One(context.Context, model.Ref) (*one, error) { return f.one, f.err }

func newFixture() *fixture {
	web := ref("Deployment", "shop", "web")
	db := secret.Secret{
		Ref: ref("Secret", "shop", "db"), Type: "Opaque", Keys: 2, Created: now - 500*day, Changed: now - 400*day, Since: now - 400*day, Writer: "kubectl", LastApplied: true,
		References: []secret.Reference{
			{From: web, How: secret.ByEnv, Path: "spec.template.spec.containers[0].env[1]", Key: "password", Pods: 2},
			{From: ref("ServiceAccount", "shop", "web"), How: secret.ByAccount, Path: "secrets[0]"},
		},
		MountedBy: []model.Ref{web}, Pods: 2, Findings: []string{"SE04//Secret/shop/db"},
		Copies: []model.Evidence{{Object: ref("ConfigMap", "shop", "settings"), Path: "data.DB_PASSWORD", Value: "password, 24 bytes", Print: 7}},
		Facts:  &record.SecretFacts{Read: now - 120, WeakKeys: []string{"RSA 1024"}, Registries: []string{"registry.example"}, Certificates: []record.Certificate{{Key: "tls.crt", Subject: "CN=db", Algorithm: "RSA 1024", Until: now + 10*day}}},
	}
	f := &fixture{survey: &survey{
		secrets: []secret.Secret{
			{Ref: ref("Secret", "data", "robot-token"), Type: "kubernetes.io/service-account-token", Keys: 3, Created: now - 900*day, Since: now - 900*day, Account: "robot", LastUsed: "2025-11-23", References: []secret.Reference{{From: ref("ServiceAccount", "data", "robot"), How: secret.ByToken}}},
			{Ref: ref("Secret", "data", "spare"), Type: "Opaque", Keys: 1, Created: now - 20*day, Since: now - 20*day, Findings: []string{"SE07//Secret/data/spare"}},
			db,
			{Ref: ref("Secret", "shop", "gone"), Missing: true, Keys: -1, References: []secret.Reference{{From: web, How: secret.ByVolume, Path: "spec.template.spec.volumes[0]"}}, MountedBy: []model.Ref{web}, Pods: 2},
			{Ref: ref("Secret", "shop", "web-tls"), Type: "kubernetes.io/tls", Keys: 2, Created: now - 30*day, Since: now - 30*day, Manager: "cert-manager", Expires: now + 60*day, ExpiryFrom: "cert-manager"},
		},
		readers:      map[model.Ref]secret.Count{ref("Secret", "shop", "db"): {Readers: 3, Get: 3}, ref("Secret", "data", "spare"): {Readers: 2, Get: 1}},
		certificates: []secret.Certificate{{Object: ref("ValidatingWebhookConfiguration", "", "policy"), Path: "webhooks[0].clientConfig.caBundle", Subject: "CN=policy", Until: now - day}, {Object: model.ClusterRef(), Path: "server", Subject: "CN=kube-apiserver", Until: now + 300*day}},
	}}
	f.one = &one{secret: db, known: true, readers: []secret.Reader{
		{Subject: model.Subject{Kind: model.GroupSubject, Name: "dev"}, Verbs: []string{"get", "list"}, Wide: true, Everywhere: true, Via: []model.Ref{ref("ClusterRoleBinding", "", "dev")}},
		{Subject: model.Subject{Kind: model.AccountSubject, Namespace: "shop", Name: "web"}, Verbs: []string{"get"}, Via: []model.Ref{ref("RoleBinding", "shop", "web")}},
		{Subject: model.Subject{Kind: model.UserSubject, Name: "alice"}, Verbs: []string{"get", "list", "watch"}, Wide: true, Via: []model.Ref{ref("RoleBinding", "shop", "admins")}},
	}}
	return f
}

// told is a set of findings.
type told []*model.Finding

func (t told) Len() int { return len(t) }

func (t told) Get(id string) *model.Finding {
	for _, f := range t {
		if f.ID == id {
			return f
		}
	}
	return nil
}

func (t told) All() iter.Seq[*model.Finding] { return slices.Values(t) }

// proof is evidence at hand.
type proof []model.Evidence

func (p *proof) Evidence() []model.Evidence { return *p }

// play is a screen with a session, and what it asked the program for.
type play struct {
	view.Screen
	t        testing.TB
	session  *viewtest.Session
	shared   *view.Shared
	keeper   *Keeper
	desk     *fixture
	findings told
	coverage []model.Coverage
	turn     uint64
	asked    []tea.Msg
}

func newPlay(t testing.TB) *play {
	t.Helper()
	p := &play{t: t, session: viewtest.New(t), keeper: &Keeper{}, desk: newFixture()}
	p.session.Complete()
	p.shared = p.session.Shared()
	p.shared.Glow = false
	web, job, settings := ref("Deployment", "shop", "web"), ref("CronJob", "data", "report"), ref("ConfigMap", "shop", "settings")
	db := ref("Secret", "shop", "db")
	p.findings = told{
		p.finding("SE01", job, model.Evidence{Object: job, Path: "spec.jobTemplate.spec.template.spec.containers[0].args[2]", Value: "Stripe key, 32 bytes (url)", Print: 9}),
		p.finding("SE01", web, model.Evidence{Object: web, Path: "spec.template.spec.containers[0].env[0].value", Value: "password, 24 bytes", Print: 7}, model.Evidence{Object: web, Path: "spec.template.spec.containers[0].env[4].value", Value: "AWS secret key, 40 bytes", Print: 8}),
		p.finding("SE03", settings, model.Evidence{Object: settings, Path: "data.DB_PASSWORD", Value: "password, 24 bytes", Print: 7}, model.Evidence{Object: settings, Path: "data.STRIPE", Value: "Stripe key, 32 bytes (base64)", Print: 9}),
		p.finding("SE04", db, model.Evidence{Object: db, Path: "metadata.annotations.kubectl.kubernetes.io/last-applied-configuration", Value: "present"}),
	}
	slices.SortFunc(p.findings, func(a, b *model.Finding) int { return strings.Compare(a.ID, b.ID) })
	return p
}

func (p *play) finding(rule string, object model.Ref, at ...model.Evidence) *model.Finding {
	for _, r := range p.session.Rules() {
		if r.ID == rule {
			evidence := proof(at)
			return &model.Finding{ID: model.FindingID(rule, object), Rule: r, Severity: r.Severity, Object: object, Verdict: model.Yes, Proof: &evidence}
		}
	}
	p.t.Fatalf("no rule %s", rule)
	return nil
}

// snapshot is what is known now. The rules of the theme could all be judged.
func (p *play) snapshot() *view.Snapshot {
	p.turn++
	r := *p.session.Report()
	r.Sequence, r.Findings, r.Digest = p.turn, p.findings, p.turn
	r.Rules = map[string]model.RuleState{}
	for _, rule := range p.session.Rules() {
		r.Rules[rule.ID] = model.RuleState{Verdict: model.Yes}
	}
	if p.coverage != nil {
		r.Coverage = p.coverage
	}
	return view.NewSnapshot().Next(&r, nil)
}

func (p *play) main(width, height int) *play {
	p.Screen = newScreen(p.shared, p.keeper, p.desk)
	return p.begin(width, height)
}

func (p *play) single(width, height int) *play {
	p.Screen = open(p.shared, p.keeper, p.desk, view.Place{Screen: view.Secret, Object: ref("Secret", "shop", "db")})
	return p.begin(width, height)
}

func (p *play) begin(width, height int) *play {
	p.Resize(width, height)
	p.news()
	return p
}

func (p *play) news() { p.run(p.Show(p.snapshot())) }

func (p *play) run(cmd tea.Cmd) { p.asked = append(p.asked, viewtest.Run(cmd)...) }

func (p *play) press(actions ...keys.Action) {
	p.t.Helper()
	for _, a := range actions {
		if o := p.Can(a); !o.OK() {
			p.t.Fatalf("%s: %+v", a, o)
		}
		p.run(p.Do(a))
	}
}

func (p *play) newest() tea.Msg {
	p.t.Helper()
	if len(p.asked) == 0 {
		p.t.Fatal("nothing was asked for")
	}
	return p.asked[len(p.asked)-1]
}

func (p *play) text() string { return viewtest.Text(p) }

func (p *play) has(want ...string) { p.t.Helper(); viewtest.Has(p.t, p, want...) }

func (p *play) rows() []string { return viewtest.Rows(p.Screen) }

func (p *play) golden(name string) { p.t.Helper(); viewtest.Sizes(p.t, p, name, func() { p.news() }) }
