package remedy

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"canopy/analysis/rollout"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// TestLab carries fixes out on a real API server, with the very commands that the documents name, and compares the pods
// that real controllers and admission then make with those that the rollout foretold. It runs in a lab:
//
//	canopy-lab up --exec go test ./analysis/remedy -run Lab
func TestLab(t *testing.T) {
	if os.Getenv("CANOPY_LAB") == "" {
		t.Skip("not in a lab")
	}
	l := lab{t, t.TempDir()}
	owners, objects := l.objects()
	l.write("all.yaml", objects)
	l.kubectl("kubectl create -f all.yaml")
	var c *cluster.Cluster
	l.until(func() bool {
		c = l.read()
		return !slices.ContainsFunc(owners, func(o offender) bool { return len(running(c, o.ref)) == 0 })
	})
	foretold := map[model.Ref]record.Template{}
	for _, o := range owners {
		var findings []*model.Finding
		for _, rule := range o.rules {
			findings = append(findings, finding(rule, o.ref))
		}
		fix := fixOne(t, c, findings...)
		if len(fix.Notes) > 0 {
			t.Errorf("%s: %+v", o.ref, fix.Notes)
		}
		changes, _, err := rollout.Expand(c, fix.Plan)
		if err != nil {
			t.Fatalf("%s: %v", o.ref, err)
		}
		for _, ch := range changes {
			if p, ok := ch.Record.(*record.Pod); ok {
				foretold[o.ref] = p.Template
			}
		}
		for _, d := range fix.Documents {
			l.write(d.File, [][]byte{d.YAML})
			if out := l.kubectl(d.Command); !strings.Contains(out, "patched") && !strings.Contains(out, "created") || strings.Contains(out, "Warning") {
				t.Errorf("%s: %s", d.Command, out)
			}
		}
	}
	same := func(o offender) bool {
		pods := running(c, o.ref)
		return len(pods) > 0 && !slices.ContainsFunc(pods, func(p *record.Pod) bool { return p.Template != foretold[o.ref] })
	}
	l.until(func() bool {
		c = l.read()
		return !slices.ContainsFunc(owners, func(o offender) bool { return !same(o) })
	})
	for _, o := range owners {
		after := counts(c.Get(o.ref).(*record.Workload).Template.Decode())
		for _, rule := range o.rules {
			if after[rule] > 0 {
				t.Errorf("%s: %s is still there", o.ref, rule)
			}
		}
		if len(running(c, o.ref)) == 0 {
			t.Errorf("%s has no pods", o.ref)
		}
		if !same(o) {
			for _, p := range running(c, o.ref) {
				t.Errorf("%s is not as foretold:\n%s", p.Ref(), cmp.Diff(foretold[o.ref].Decode(), p.Template.Decode()))
			}
		}
	}
}

// offender is an owner with the rules that it breaks.
type offender struct {
	ref   model.Ref
	rules []string
}

func running(c *cluster.Cluster, owner model.Ref) []*record.Pod {
	var list []*record.Pod
	for p := range c.Pods(owner) {
		if p.Deleted == 0 && !p.Finished() {
			list = append(list, p)
		}
	}
	return list
}

type lab struct {
	*testing.T
	dir string
}

func (l lab) kubectl(line string) string {
	l.Helper()
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir = l.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		l.Fatalf("%s: %v\n%s", line, err, out)
	}
	return string(out)
}

func (l lab) write(name string, docs [][]byte) {
	l.Helper()
	if err := os.WriteFile(filepath.Join(l.dir, name), slices.Concat(docs...), 0o600); err != nil {
		l.Fatal(err)
	}
}

func (l lab) until(done func() bool) {
	l.Helper()
	for range 45 {
		if done() {
			return
		}
		time.Sleep(2 * time.Second)
	}
}

// read takes the cluster in as records.
func (l lab) read() *cluster.Cluster {
	l.Helper()
	var list struct{ Items []json.RawMessage }
	if err := json.Unmarshal([]byte(l.kubectl("kubectl get deployments,replicasets,daemonsets,statefulsets,pods,serviceaccounts,limitranges,namespaces -A -o json")), &list); err != nil {
		l.Fatal(err)
	}
	c := cluster.New()
	for _, data := range list.Items {
		var meta metav1.TypeMeta
		if err := json.Unmarshal(data, &meta); err != nil {
			l.Fatal(err)
		}
		obj := map[string]runtime.Object{"Deployment": &appsv1.Deployment{}, "ReplicaSet": &appsv1.ReplicaSet{}, "DaemonSet": &appsv1.DaemonSet{},
			"StatefulSet": &appsv1.StatefulSet{}, "Pod": &corev1.Pod{}, "ServiceAccount": &corev1.ServiceAccount{}, "LimitRange": &corev1.LimitRange{}, "Namespace": &corev1.Namespace{}}[meta.Kind]
		if err := json.Unmarshal(data, obj); err != nil {
			l.Fatal(err)
		}
		r, err := record.Make(obj)
		if err != nil {
			l.Fatal(err)
		}
		c.Apply(model.Put(r))
	}
	return c
}

// objects gives a Deployment for each rule, and a StatefulSet and a DaemonSet that break all of them at once.
func (l lab) objects() (owners []offender, docs [][]byte) {
	add := func(o any) {
		text, err := yaml.Marshal(o)
		if err != nil {
			l.Fatal(err)
		}
		docs = append(docs, []byte("---\n"), text)
	}
	core := func(kind string) metav1.TypeMeta { return metav1.TypeMeta{APIVersion: "v1", Kind: kind} }
	apps := func(kind string) metav1.TypeMeta { return metav1.TypeMeta{APIVersion: "apps/v1", Kind: kind} }
	in := func(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Name: name, Namespace: "shop"} }
	add(&corev1.Namespace{TypeMeta: core("Namespace"), ObjectMeta: metav1.ObjectMeta{Name: "shop"}})
	add(&corev1.ServiceAccount{TypeMeta: core("ServiceAccount"), ObjectMeta: in("own"), ImagePullSecrets: []corev1.LocalObjectReference{{Name: "reg"}}})
	add(&corev1.LimitRange{TypeMeta: core("LimitRange"), ObjectMeta: in("limits"), Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{
		{Type: corev1.LimitTypeContainer, Default: corev1.ResourceList{"cpu": resource.MustParse("2")}}}}})

	template := func(name string, rules ...string) corev1.PodTemplateSpec {
		tpl := good()
		for _, rule := range rules {
			offences()[rule](&tpl)
		}
		tpl.Labels = map[string]string{"app": name}
		if !slices.Contains(rules, "LP22") {
			tpl.Spec.AutomountServiceAccountToken = nil
		}
		app := tpl.Spec.Containers[0].SecurityContext
		if app.Capabilities != nil && slices.Contains(app.Capabilities.Add, "CAP_SYS_ADMIN") {
			app.AllowPrivilegeEscalation = nil
		}
		if app.ProcMount != nil {
			tpl.Spec.HostUsers = ptr(false)
		}
		tpl.Spec.Containers[1].Ports = []corev1.ContainerPort{{ContainerPort: 53, Protocol: "TCP"}, {ContainerPort: 53, Protocol: "UDP"}}
		return tpl
	}
	var many []string
	for rule := range offences() {
		// A process of a Windows node cannot stand beside the rest.
		if rule == "PS21" {
			continue
		}
		name := strings.ToLower(rule)
		tpl := template(name, rule)
		add(&appsv1.Deployment{TypeMeta: apps("Deployment"), ObjectMeta: in(name), Spec: appsv1.DeploymentSpec{
			Strategy: appsv1.DeploymentStrategy{Type: appsv1.RecreateDeploymentStrategyType}, Selector: &metav1.LabelSelector{MatchLabels: tpl.Labels}, Template: tpl}})
		owners = append(owners, offender{ref("Deployment", name), []string{rule}})
		// What adds a second volume of one name, sets a context anew or excludes another rule stays out.
		if !slices.Contains([]string{"PS01", "PS05", "PS07", "PS10", "PS11", "PS13", "PS14", "PS19", "PS20", "PS23", "LP26", "SE09", "IM02", "IM04", "IM07"}, rule) {
			many = append(many, rule)
		}
	}
	slices.Sort(many)
	set := template("set", many...)
	add(&appsv1.StatefulSet{TypeMeta: apps("StatefulSet"), ObjectMeta: in("set"), Spec: appsv1.StatefulSetSpec{ServiceName: "set", Selector: &metav1.LabelSelector{MatchLabels: set.Labels}, Template: set}})
	daemon := template("daemon", many...)
	add(&appsv1.DaemonSet{TypeMeta: apps("DaemonSet"), ObjectMeta: in("daemon"), Spec: appsv1.DaemonSetSpec{Selector: &metav1.LabelSelector{MatchLabels: daemon.Labels}, Template: daemon}})
	return append(owners, offender{ref("StatefulSet", "set"), many}, offender{ref("DaemonSet", "daemon"), many}), docs
}
