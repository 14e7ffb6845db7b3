package nodes

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/disruption"
	"canopy/analysis/lifecycle"
	"canopy/analysis/node"
	"canopy/analysis/upgrade"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

var now = viewtest.Now.Unix()

const day = 86400

func ref(kind, namespace, name string) model.Ref { return model.KindByName(kind).Ref(namespace, name) }

func nodeRef(name string) model.Ref { return ref("Node", "", name) }

// fixture is the desk of the tests: a few nodes, a plan, and what is measured.
type fixture struct {
	survey    *survey
	plan      *upgrade.Plan
	residents []upgrade.Resident
	obstacles []disruption.Obstacle
	usage     *model.Usage
	outward   map[types.NamespacedName]bool
	sets      []lifecycle.Set
	asOf      lifecycle.Day
	calls     int
	err       error
	// basis is what a plan rests on, plans and lists count how often plans were made and residents were listed.
	basis        basis
	plans, lists int
}

func (f *fixture) All(context.Context, *survey) (*survey, error) {
	f.calls++
	return f.survey, f.err
}

func (f *fixture) Basis(context.Context) (basis, error) { return f.basis, f.err }

func (f *fixture) Plan(context.Context) (*course, error) {
	f.plans++
	return &course{basis: f.basis, plan: f.plan}, f.err
}

func (f *fixture) Residents(context.Context, string, map[model.Ref][]*model.Finding) ([]upgrade.Resident, error) {
	f.lists++
	return f.residents, f.err
}

func (f *fixture) Drain(context.Context, string) ([]disruption.Obstacle, error) {
	return f.obstacles, f.err
}

func (f *fixture) Outward(_ context.Context, pod types.NamespacedName) bool { return f.outward[pod] }

func (f *fixture) Usage() *model.Usage { return f.usage }

func (f *fixture) Sets() []lifecycle.Set { return f.sets }

func (f *fixture) AsOf() lifecycle.Day { return f.asOf }

func newNode(name, kubelet string, minor int, verdicts ...node.Verdict) *node.Node {
	return &node.Node{
		Ref: nodeRef(name), Kubelet: kubelet, Proxy: kubelet, Runtime: "containerd://2.2.1", OS: "Debian GNU/Linux 13 (trixie)", Kernel: "6.12.58", Arch: "amd64",
		Version: lifecycle.Version{Major: 1, Minor: minor, Raw: kubelet}, Plain: true, Pool: "general", Roles: []string{"worker"}, Ready: true, Created: now - 268*day, Verdicts: verdicts,
	}
}

func verdict(topic node.Topic, state node.State, detail, source, date string) node.Verdict {
	return node.Verdict{Topic: topic, State: state, Detail: detail, Source: source, Date: date}
}

func newFixture() *fixture {
	const website, eol = "kubernetes/website", "endoflife.date"
	good := []node.Verdict{
		verdict(node.Skew, node.OK, "1.37.2 beside API servers of 1.37", "", ""), verdict(node.Support, node.OK, "1.37 until 2027-10-28", website, "2026-10-28"),
		verdict(node.OS, node.OK, "Debian 13 until 2028-08-09", eol, "2026-10-28"), verdict(node.Config, node.NoData, "nothing tells how the kubelet is configured", "", ""),
	}
	n1, n2 := newNode("n1", "v1.37.2", 37, good...), newNode("n2", "v1.37.2", 37, good...)
	n5 := newNode("n5", "v1.33.4", 33,
		verdict(node.Skew, node.Overdue, "1.33 is 4 minors older than the API server 1.37: 3 are allowed", "", ""),
		verdict(node.Support, node.Overdue, "1.33 ended on 2026-06-28", website, "2026-10-28"),
		verdict(node.Patch, node.Overdue, "9 patches and 300 days behind 1.33.13", eol, "2026-10-28"),
		verdict(node.CVE, node.Due, "CVE-2025-5187 by kubernetes CVE feed, not by k8s-cves", "k8s-cves", "2026-10-28"),
		verdict(node.Runtime, node.Overdue, "containerd 1.7 ended on 2026-09-01", eol, "2026-10-28"),
		verdict(node.OS, node.NoData, "no source knows Talos", "", ""),
	)
	n5.Runtime, n5.OS, n5.Pool, n5.Findings = "containerd://1.7.20", "Talos (v1.8)", "legacy", []string{"VP04//Node//n5"}
	n4 := newNode("n4", "v1.36.3-gke.1640000", 36, verdict(node.Patch, node.Due, "1 patch behind 1.36.6, out for 12 days", eol, "2026-10-28"), verdict(node.Ready, node.OK, "", "", ""))
	n4.Provider, n4.Cordoned = "GKE", true
	api := lifecycle.Version{Major: 1, Minor: 37, Patch: 2, Raw: "v1.37.2"}
	f := &fixture{
		survey: &survey{version: 1, nodes: []*node.Node{n1, n2, n4, n5}, plane: &node.Plane{
			Parts: []node.Part{
				{Component: lifecycle.APIServer, Raw: "v1.37.2", Version: api, Known: true},
				{Component: lifecycle.APIServer, Object: ref("Pod", "kube-system", "kube-apiserver-n1"), Node: "n1", Raw: "v1.37.2", Version: api, Known: true},
				{Component: lifecycle.Scheduler, Object: ref("Pod", "kube-system", "kube-scheduler-n1"), Node: "n1", Reason: "its image has no tag"},
			},
			Verdicts: []node.Verdict{verdict(node.Skew, node.OK, "one API server", "", ""), verdict(node.CVE, node.NoData, "none of 63 known up to 2025-02; later ones are in no source here", "k8s-cves", "2025-02-11")},
		}},
		plan: &upgrade.Plan{
			Target: "1.37.2", Next: "1.38", Source: website, Date: "2026-10-28",
			Steps: []upgrade.Step{
				{What: "node", Object: nodeRef("n5"), From: "1.33.4", To: "1.37.2", Why: "past support, and out of the bounds of skew", Drains: true, Blocks: []upgrade.Block{{Where: upgrade.Here, Commands: []string{"# empty it", "kubectl drain n5 --ignore-daemonsets"}}, {Where: "on n5", Commands: []string{"sudo kubeadm upgrade node", "sudo systemctl restart kubelet"}}, {Where: upgrade.Here, Commands: []string{"kubectl uncordon n5"}}}, Obstacles: []upgrade.Obstacle{
					{Cause: "budget", Owner: ref("StatefulSet", "db", "postgres"), Budget: ref("PodDisruptionBudget", "db", "postgres"), Pods: 2, Blocks: true, Says: "its budget allows no eviction: minAvailable is not below the replicas"},
					{Cause: "bare", Owner: ref("Pod", "kube-system", "debug-x9"), Pods: 1, Says: "nothing makes it anew: --force deletes it"},
				}},
				{What: "node", Object: nodeRef("n4"), From: "1.36.3", To: "1.37.2", Why: "a patch behind", Drains: true, Safe: true, Waits: 1, Blocks: []upgrade.Block{{Where: upgrade.Here, Commands: []string{"gcloud container clusters upgrade CLUSTER --node-pool=general"}}}},
				{What: "reboot", Object: nodeRef("n2"), Why: "a new kernel waits", Drains: true, Obstacles: []upgrade.Obstacle{{Cause: "single", Owner: ref("Deployment", "shop", "web"), Pods: 1, Says: "one replica: it is away for a while"}}},
			},
			Blockers: []upgrade.Blocker{{Cause: "kubelet", Object: nodeRef("n5"), Minor: "1.38", Says: "a kubelet of 1.33 is older than 1.38 allows"}, {Cause: "api", Object: ref("Deployment", "shop", "web"), Minor: "1.38", Says: "its manager uses policy/v1beta1, which is removed"}},
			Unknown:  []string{"the version of kube-scheduler on n1: its image has no tag"},
		},
		residents: []upgrade.Resident{
			{Owner: ref("Deployment", "shop", "web"), Pods: 2, Exposed: "load-balancer web 203.0.113.9:80", Privileged: "hostPath /", Powerful: "get secrets in all namespaces", Namespace: "shop"},
			{Owner: ref("DaemonSet", "data", "backup-helper"), Pods: 1, Privileged: "privileged container", Namespace: "data"},
			{Owner: ref("Deployment", "db", "quiet"), Pods: 3, Namespace: "db"},
		},
		obstacles: []disruption.Obstacle{
			{Cause: "budget", Pod: ref("Pod", "db", "postgres-0"), Owner: ref("StatefulSet", "db", "postgres"), Budget: ref("PodDisruptionBudget", "db", "postgres"), Blocks: true, Says: "its budget allows no eviction"},
			{Cause: "local", Pod: ref("Pod", "shop", "cache-1"), Owner: ref("Deployment", "shop", "cache"), Says: "data in an emptyDir is lost: --delete-emptydir-data"},
		},
		usage: &model.Usage{State: model.UsageLoading}, asOf: lifecycle.DayOf(viewtest.Now) - 26,
	}
	for name, age := range map[string]int{"releases": 26, "support kubernetes": 26, "support ubuntu": 93, "vulnerabilities": 613} {
		f.sets = append(f.sets, lifecycle.Set{Name: name, Entries: 10 + age, Origin: "bundled", Source: lifecycle.Source{Name: "source of " + name, URL: "https://example.com/" + name, AsOf: lifecycle.DayOf(viewtest.Now) - lifecycle.Day(age)}})
	}
	f.sets = append(f.sets, lifecycle.Set{Name: "add-ons", Entries: 7, Origin: "file"})
	return f
}

// findings is a set of findings.
type findings []*model.Finding

func (t findings) Len() int { return len(t) }

func (t findings) Get(id string) *model.Finding {
	for _, f := range t {
		if f.ID == id {
			return f
		}
	}
	return nil
}

func (t findings) All() iter.Seq[*model.Finding] { return slices.Values(t) }

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
	findings findings
	coverage []model.Coverage
	turn     uint64
	asked    []tea.Msg
}

func newPlay(t testing.TB) *play {
	t.Helper()
	p := &play{t: t, session: viewtest.Bare(t), keeper: &Keeper{rests: 1}, desk: newFixture()}
	p.shared = p.session.Shared()
	p.shared.Glow = false
	p.findings = findings{p.finding("VP04", nodeRef("n5")), p.finding("VP05", nodeRef("n5")), p.finding("VP10", ref("PodDisruptionBudget", "db", "postgres"))}
	slices.SortFunc(p.findings, func(a, b *model.Finding) int { return strings.Compare(a.ID, b.ID) })
	return p
}

func (p *play) finding(rule string, object model.Ref) *model.Finding {
	for _, r := range p.session.Rules() {
		if r.ID == rule {
			return &model.Finding{ID: model.FindingID(rule, object), Rule: r, Severity: r.Severity, Object: object, Verdict: model.Yes, Proof: &proof{}}
		}
	}
	p.t.Fatalf("no rule %s", rule)
	return nil
}

// snapshot is what is known now.
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

func (p *play) single(o model.Ref, width, height int) *play {
	p.Screen = open(p.shared, p.keeper, p.desk, view.Place{Screen: view.Node, Object: o})
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

func (p *play) filter(text string) { p.run(p.Screen.(view.Filtered).SetFilter(text)) }

func (p *play) golden(name string) { p.t.Helper(); viewtest.Sizes(p.t, p, name, func() { p.news() }) }

// history is a series of one figure a minute.
func history(cpu ...int64) *model.Series {
	var samples []model.Sample
	for i, c := range cpu {
		samples = append(samples, model.Sample{At: now - int64(len(cpu)-i)*60, CPU: c, Memory: c << 20})
	}
	return model.NewSeries(samples...)
}

// measured is what a few pods of the small cluster use.
func measured() *model.Usage {
	web := types.NamespacedName{Namespace: "shop", Name: "web-7d9f-abcde"}
	return &model.Usage{
		State: model.UsageGood, Asked: viewtest.Now, Nodes: map[string]*model.Series{"n1": history(400, 500, 800, 1200), "n2": history(100, 100, 100, 100)},
		Pods: map[types.NamespacedName]*model.PodUsage{web: {Containers: map[string]*model.Series{"web": history(10, 20, 30, 250), "stranger": history(5, 5, 5, 5)}}},
	}
}
