package live

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"canopy/k8s/labtest"
	"canopy/model"
	"canopy/model/record"
)

func TestReadsEveryKind(t *testing.T) {
	lab := labtest.Shared(t)
	config, g := haunt(t, lab.Config(labtest.Canopy))
	_, sink := start(t, config, nil)
	eventually(t, "all kinds settled", sink, sink.settled)
	if s := sink.summary(); s != "" {
		t.Errorf("not complete:\n%s", s)
	}
	for _, k := range model.Kinds() {
		if c := sink.coverage(k.Kind, ""); c.State != model.Complete || c.Stale || c.Reason != "" {
			t.Errorf("%s: %+v", k.Kind, c)
		}
	}
	for _, kind := range []string{"Namespace", "Node", "ClusterRole", "ServiceAccount", "ConfigMap", "APIService"} {
		if len(sink.held(kind)) == 0 {
			t.Errorf("no %s", kind)
		}
	}
	eventually(t, "version", sink, func() bool {
		sink.mu.Lock()
		defer sink.mu.Unlock()
		return strings.HasPrefix(sink.info.Server, "v1.")
	})
	for _, k := range model.Kinds() {
		requests := g.seen(k.Resource)
		if len(requests) != 1 || !watches(requests[0]) || !streams(requests[0]) {
			t.Errorf("%s: want one streamed list that goes on as a watch, got %d requests: %v", k.Resource, len(requests), urls(requests))
			continue
		}
		want := "application/vnd.kubernetes.protobuf"
		switch k.Kind {
		case "Secret":
			want = "application/json;as=Table"
		case "CustomResourceDefinition", "APIService":
			want = "application/json"
		}
		if accept := requests[0].Header.Get("Accept"); !strings.HasPrefix(accept, want) {
			t.Errorf("%s: Accept %q", k.Resource, accept)
		}
		if agent := requests[0].UserAgent(); agent != "canopy/test" {
			t.Errorf("user agent %q", agent)
		}
	}
}

func urls(requests []*http.Request) []string {
	var list []string
	for _, r := range requests {
		list = append(list, r.URL.String())
	}
	return list
}

// listed gives what the administrator sees of a kind in a namespace, as memorySink.held does.
func listed[T any, P interface {
	*T
	metav1.Object
}](items []T) map[string]string {
	all := map[string]string{}
	for i := range items {
		p := P(&items[i])
		all[p.GetNamespace()+"/"+p.GetName()] = p.GetResourceVersion()
	}
	return all
}

func inNamespace(all map[string]string, namespace string) map[string]string {
	maps.DeleteFunc(all, func(k, _ string) bool { return !strings.HasPrefix(k, namespace+"/") })
	return all
}

// churn makes, changes and deletes objects at random.
func churn(ctx context.Context, t *testing.T, admin kubernetes.Interface, namespace string, seed uint64, steps int) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 0))
	for range steps {
		name := fmt.Sprintf("churn-%d-%d", seed, random.IntN(12))
		label := map[string]string{"n": fmt.Sprint(random.IntN(1000))}
		meta := metav1.ObjectMeta{Name: name, Labels: label}
		configs, secrets := admin.CoreV1().ConfigMaps(namespace), admin.CoreV1().Secrets(namespace)
		var err error
		switch random.IntN(6) {
		case 0, 1:
			if _, err = configs.Create(ctx, &corev1.ConfigMap{ObjectMeta: meta}, metav1.CreateOptions{}); err != nil {
				_, err = configs.Update(ctx, &corev1.ConfigMap{ObjectMeta: meta}, metav1.UpdateOptions{})
			}
		case 2, 3:
			if _, err = secrets.Create(ctx, &corev1.Secret{ObjectMeta: meta}, metav1.CreateOptions{}); err != nil {
				_, err = secrets.Update(ctx, &corev1.Secret{ObjectMeta: meta}, metav1.UpdateOptions{})
			}
		case 4:
			_ = configs.Delete(ctx, name, metav1.DeleteOptions{})
		case 5:
			_ = secrets.Delete(ctx, name, metav1.DeleteOptions{})
		}
		if err != nil {
			t.Errorf("churn: %v", err)
			return
		}
	}
}

// agrees tells whether the sink holds what the server does.
func agrees(ctx context.Context, t *testing.T, admin kubernetes.Interface, sink *memorySink, namespace string) bool {
	t.Helper()
	configs, err := admin.CoreV1().ConfigMaps(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	secrets, err := admin.CoreV1().Secrets(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return maps.Equal(listed(configs.Items), inNamespace(sink.held("ConfigMap"), namespace)) &&
		maps.Equal(listed(secrets.Items), inNamespace(sink.held("Secret"), namespace))
}

func TestHoldsWhatTheServerHolds(t *testing.T) {
	lab := labtest.Shared(t)
	ctx, admin, namespace := context.Background(), lab.Client(labtest.Admin), lab.Namespace(t)
	config, g := haunt(t, lab.Config(labtest.Canopy))
	var wg sync.WaitGroup
	for seed := range uint64(3) {
		wg.Go(func() { churn(ctx, t, admin, namespace, seed, 60) })
	}
	_, sink := start(t, config, func(o *Options) { o.Kinds = kinds("Namespace", "ConfigMap", "Secret") })
	eventually(t, "synced", sink, sink.settled)
	g.cut()
	wg.Wait()
	eventually(t, "the sink holds what the server holds", sink, func() bool { return agrees(ctx, t, admin, sink, namespace) })
	eventually(t, "fresh again", sink, func() bool { return sink.summary() == "" })
}

func TestSecretValuesNeverCross(t *testing.T) {
	lab := labtest.Shared(t)
	for _, mode := range []string{"table", "metadata", "paged"} {
		t.Run(mode, func(t *testing.T) {
			ctx, admin, namespace := context.Background(), lab.Client(labtest.Admin), lab.Namespace(t)
			const canary = "hunter2-canary-value"
			make := func(name string) *corev1.Secret {
				s, err := admin.CoreV1().Secrets(namespace).Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name},
					Type: "example.com/x", StringData: map[string]string{"canary-key": canary, "other": "x"}}, metav1.CreateOptions{})
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			make("before")
			config, g := haunt(t, lab.Config(labtest.Canopy))
			g.harm(func(r *http.Request) *http.Response {
				switch {
				case mode == "metadata" && strings.Contains(r.Header.Get("Accept"), "as=Table"):
					return answer(http.StatusNotAcceptable, "NotAcceptable", "")
				case mode == "paged" && streams(r):
					return answer(http.StatusUnprocessableEntity, "Invalid", "")
				}
				return nil
			})
			source, sink := start(t, config, func(o *Options) { o.Kinds = kinds("Secret") })
			eventually(t, "synced", sink, sink.settled)
			after := make("after")
			secret := model.KindByName("Secret")
			ref := func(name string) model.Ref { return secret.Ref(namespace, name) }
			eventually(t, "both Secrets", sink, func() bool { return sink.record(ref("before")) != nil && sink.record(ref("after")) != nil })
			for _, name := range []string{"before", "after"} {
				r := sink.record(ref(name)).(*record.Secret)
				if mode == "metadata" {
					if r.Type != "" || r.Keys != -1 {
						t.Errorf("%s: type %q, %d keys", name, r.Type, r.Keys)
					}
				} else if r.Type != "example.com/x" || r.Keys != 2 {
					t.Errorf("%s: type %q, %d keys", name, r.Type, r.Keys)
				}
			}
			after.Labels = map[string]string{"a": "b"}
			if _, err := admin.CoreV1().Secrets(namespace).Update(ctx, after, metav1.UpdateOptions{}); err != nil {
				t.Fatal(err)
			}
			if err := admin.CoreV1().Secrets(namespace).Delete(ctx, "before", metav1.DeleteOptions{}); err != nil {
				t.Fatal(err)
			}
			eventually(t, "change and deletion", sink, func() bool {
				return sink.record(ref("before")) == nil && sink.record(ref("after")).GetLabels()["a"] == "b"
			})
			u, err := source.Get(ctx, ref("after"))
			if err != nil {
				t.Fatal(err)
			}
			whole, err := json.Marshal(u)
			if err != nil {
				t.Fatal(err)
			}
			if u.GetKind() != "Secret" || u.GetName() != "after" || strings.Contains(string(whole), "canary") {
				t.Errorf("Get gives %s", whole)
			}
			g.mu.Lock()
			defer g.mu.Unlock()
			wire := g.wire.String()
			if len(wire) == 0 {
				t.Error("nothing was recorded")
			}
			for _, s := range []string{canary, "canary-key", base64.StdEncoding.EncodeToString([]byte(canary))} {
				// The keys' names stand in managedFields; those are metadata, and dropped.
				if s != "canary-key" && strings.Contains(wire, s) {
					t.Errorf("%q was received", s)
				}
			}
		})
	}
}

func TestGet(t *testing.T) {
	lab := labtest.Shared(t)
	ctx, admin, namespace := context.Background(), lab.Client(labtest.Admin), lab.Namespace(t)
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p"}, Spec: corev1.PodSpec{Containers: []corev1.Container{
		{Name: "c", Image: "img", Env: []corev1.EnvVar{{Name: "PASSWORD", Value: "hunter2"}}}}}}
	if _, err := admin.CoreV1().Pods(namespace).Create(ctx, pod, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	source, err := New(Options{Config: lab.Config(labtest.Canopy)})
	if err != nil {
		t.Fatal(err)
	}
	kind := model.KindByName("Pod")
	u, err := source.Get(ctx, kind.Ref(namespace, "p"))
	if err != nil {
		t.Fatal(err)
	}
	whole, _ := json.Marshal(u)
	if strings.Contains(string(whole), "hunter2") || u.GetManagedFields() != nil || !strings.Contains(string(whole), "PASSWORD") {
		t.Errorf("Get gives %s", whole)
	}
	if _, err := source.Get(ctx, kind.Ref(namespace, "none")); !isNotFound(err) {
		t.Errorf("missing pod: %v", err)
	}
	if _, err := source.Get(ctx, model.Ref{Group: "no.example", Version: "v1", Kind: "None", Name: "x"}); !isNotFound(err) {
		t.Errorf("missing kind: %v", err)
	}
	all, err := source.Kinds(ctx)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, k := range all {
		found[k.Group+"/"+k.Kind] = true
	}
	for _, want := range []string{"/Pod", "apps/Deployment", "coordination.k8s.io/Lease", "apiextensions.k8s.io/CustomResourceDefinition"} {
		if !found[want] {
			t.Errorf("Kinds lacks %s", want)
		}
	}
}
