package live

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/k8s/labtest"
	"canopy/model"
	"canopy/model/record"
)

// hound is an inspector that finds canaries, and gives prints.
type hound struct{}

const canary = "canary-5e1f"

func (hound) Inspect(path, name, value string) []model.Exposure {
	if !strings.Contains(value, canary) {
		return nil
	}
	return []model.Exposure{{Rule: "hound", What: "canary", Path: path, Name: name, Length: len(value), Sure: true, Print: hound{}.Print(value)}}
}

func (hound) Print(value string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(value) {
		h = (h ^ uint64(value[i])) * 1099511628211
	}
	return h
}

// paths gives the paths of exposures, in order.
func paths(list []model.Exposure) string {
	var all []string
	for _, e := range list {
		all = append(all, e.Path)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// plant puts canaries wherever an object of a cluster can hold a credential.
func plant(t *testing.T, lab *labtest.Lab, i *installer, namespace string, app *model.Kind) {
	t.Helper()
	ctx, admin := context.Background(), lab.Client(labtest.Admin)
	annotations := map[string]string{"example.com/note": canary, corev1.LastAppliedConfigAnnotation: `{"data":{"a":"` + canary + `"}}`}
	meta := metav1.ObjectMeta{Name: "planted", Annotations: annotations}
	_, err := admin.CoreV1().ConfigMaps(namespace).Create(ctx, &corev1.ConfigMap{ObjectMeta: meta, Data: map[string]string{"app.conf": canary}, BinaryData: map[string][]byte{"b": []byte(canary)}}, metav1.CreateOptions{})
	if err == nil {
		_, err = admin.CoreV1().Secrets(namespace).Create(ctx, &corev1.Secret{ObjectMeta: meta, StringData: map[string]string{"token": canary + "-of-secret\n"}}, metav1.CreateOptions{})
	}
	if err == nil {
		_, err = admin.CoreV1().Pods(namespace).Create(ctx, &corev1.Pod{ObjectMeta: meta, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "img",
			Env: []corev1.EnvVar{{Name: "TOKEN", Value: canary}}, Args: []string{"--token=" + canary}}}}}, metav1.CreateOptions{})
	}
	if err == nil {
		_, err = admin.CoreV1().Events(namespace).Create(ctx, &corev1.Event{ObjectMeta: metav1.ObjectMeta{Name: "planted"}, Message: "failed with " + canary, Reason: "Tested",
			InvolvedObject: corev1.ObjectReference{Kind: "Pod", Namespace: namespace, Name: "planted"}}, metav1.CreateOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
	i.put(app, namespace, "metadata: {name: planted, annotations: {x/y: "+canary+"}}\nspec: {env: [{name: TOKEN, value: "+canary+"}], fine: text}\n")
}

// TestInspection looks at everything that is looked at, of a real cluster, and that nothing of what is found leaves: no record,
// no log and no error holds a canary where its kind does not keep values.
func TestInspection(t *testing.T) {
	lab := labtest.Private(t)
	i := newInstaller(t, lab)
	namespace := lab.Namespace(t)
	app := &model.Kind{Group: "apps.example.com", Version: "v1", Kind: "App", Resource: "apps", Namespaced: true}
	sealed, certificate := model.KindByName("SealedSecret"), model.KindByName("Certificate")
	i.install(app, "v1")
	i.install(sealed, sealed.Version)
	i.install(certificate, certificate.Version)
	plant(t, lab, i, namespace, app)
	i.put(sealed, namespace, "metadata: {name: planted}\nspec: {encryptedData: {a: "+canary+"}}\n")
	i.put(certificate, namespace, "metadata: {name: planted}\nspec: {secretName: tls, note: "+canary+"}\nstatus: {notAfter: \"2027-01-01T00:00:00Z\"}\n")

	var log bytes.Buffer
	var mu sync.Mutex
	ctx := context.Background()
	config, g := haunt(t, lab.Config(labtest.Canopy))
	source, sink := start(t, config, func(o *Options) {
		o.Inspector = hound{}
		o.Log = slog.New(slog.NewTextHandler(&locked{&mu, &log}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	eventually(t, "settled", sink, sink.settled)
	exposed := func(kind, want string) {
		t.Helper()
		r := sink.record(model.KindByName(kind).Ref(namespace, "planted")).(interface{ Exposed() []model.Exposure })
		if got := paths(r.Exposed()); got != want {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
	const note, applied = "metadata.annotations[example.com/note]", "metadata.annotations[kubectl.kubernetes.io/last-applied-configuration]"
	exposed("ConfigMap", "binaryData.b data[app.conf] "+note+" "+applied)
	exposed("Pod", note+" "+applied)
	// kubectl's copy holds values of the Secret itself.
	exposed("Secret", note)
	if wire := g.wire.String(); strings.Contains(wire, canary+"-of-secret") || strings.Contains(wire, base64.StdEncoding.EncodeToString([]byte(canary + "-of-secret"))[:20]) {
		t.Error("a value of a Secret was received before anybody asked for it")
	}

	swept := func() map[string]string {
		sink.mu.Lock()
		defer sink.mu.Unlock()
		all := map[string]string{}
		for _, r := range sink.objects {
			if s, ok := r.(*record.Sweep); ok {
				all[s.Object.Kind] = s.Object.Namespace + "/" + s.Object.Name + " " + paths(s.Exposures)
			}
		}
		return all
	}
	// Of another namespace nothing is asked for, and nothing is found.
	if err := source.Sweep(ctx, model.SweepOptions{CustomResources: true, Events: true, Namespaces: []string{"default"}}, sink); err != nil {
		t.Fatal(err)
	}
	for _, r := range g.seen("apps") {
		if strings.HasSuffix(r.URL.Path, "/v1/apps") {
			t.Errorf("asked for %s", r.URL.Path)
		}
	}
	if got := swept(); len(got) != 0 {
		t.Errorf("in another namespace: %v", got)
	}
	looked := map[string]bool{}
	what := model.SweepOptions{CustomResources: true, Events: true, Progress: func(kind string, n int) { looked[kind] = true }}
	if err := source.Sweep(ctx, what, sink); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"App": namespace + "/planted metadata.annotations[x/y] spec.env[0].value", "Certificate": namespace + "/planted spec.note", "Event": namespace + "/planted message"}
	if got := swept(); !maps.Equal(got, want) || !looked["SealedSecret"] || !looked["PersistentVolume"] || !looked["App"] {
		t.Errorf("found %v, want %v; looked at %v", got, want, looked)
	}
	patch := `{"metadata":{"annotations":null},"spec":{"env":null}}`
	if _, err := i.client.Resource(app.GVR()).Namespace(namespace).Patch(ctx, "planted", types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := source.Sweep(ctx, model.SweepOptions{CustomResources: true, Namespaces: []string{"default"}}, sink); err != nil {
		t.Fatal(err)
	}
	if got := swept(); !maps.Equal(got, want) {
		t.Errorf("after a look at another namespace %v, want %v", got, want)
	}
	if err := source.Sweep(ctx, model.SweepOptions{CustomResources: true}, sink); err != nil {
		t.Fatal(err)
	}
	delete(want, "App")
	if got := swept(); !maps.Equal(got, want) {
		t.Errorf("after the clean-up %v, want %v", got, want)
	}

	asked := len(g.seen("planted"))
	if err := source.InspectSecrets(ctx, []string{"default"}, hound{}, sink, nil); err != nil {
		t.Fatal(err)
	}
	if n := len(g.seen("planted")) - asked; n != 0 || len(inNamespace(sink.held("SecretFacts"), namespace)) != 0 {
		t.Errorf("%d requests for what is in another namespace", n)
	}
	last := ""
	if err := source.InspectSecrets(ctx, nil, hound{}, sink, func(done, all int) { last = fmt.Sprint(done, "/", all) }); err != nil {
		t.Fatal(err)
	}
	ref := model.OwnKind("SecretFacts").Ref(namespace, "planted")
	facts := sink.record(ref).(*record.SecretFacts)
	secret := sink.record(model.KindByName("Secret").Ref(namespace, "planted"))
	prints := []uint64{hound{}.Print(canary + "-of-secret\n"), hound{}.Print(canary + "-of-secret")}
	if facts.Version != secret.GetResourceVersion() || facts.Read == 0 || facts.Failed != "" || !slices.Equal(facts.Prints, prints) {
		t.Errorf("facts %+v", facts)
	}
	if err := source.InspectSecrets(ctx, []string{"default"}, hound{}, sink, nil); err != nil || sink.record(ref) == nil {
		t.Errorf("%v: what was told of another namespace is gone", err)
	}
	if n := len(sink.held("Secret")); last != fmt.Sprintf("%d/%d", n, n) || len(sink.held("SecretFacts")) != n {
		t.Errorf("%s Secrets were read, of %d", last, n)
	}
	if err := lab.Client(labtest.Admin).CoreV1().Secrets(namespace).Delete(ctx, "planted", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the Secret is gone", sink, func() bool { return len(inNamespace(sink.held("Secret"), namespace)) == 0 })
	if err := source.InspectSecrets(ctx, nil, hound{}, sink, nil); err != nil || sink.record(ref) != nil {
		t.Errorf("%v, facts of a Secret that is gone: %v", err, sink.record(ref))
	}
	sink.mu.Lock()
	defer sink.mu.Unlock()
	for ref, r := range sink.objects {
		// A pod keeps its spec, and a custom resource its body; the screens mask both.
		if text := fmt.Sprintf("%+v", r); strings.Contains(text, canary) && ref.Kind != "Pod" && ref.Kind != "Certificate" {
			t.Errorf("%s holds a canary", ref)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if strings.Contains(log.String(), canary) {
		t.Errorf("the log holds a canary:\n%s", log.String())
	}
}

// locked is a log that many write to.
type locked struct {
	mu  *sync.Mutex
	log *bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.log.Write(p)
}

// TestInspectionDenied says of what may not be read that it may not.
func TestInspectionDenied(t *testing.T) {
	lab := labtest.Private(t)
	i := newInstaller(t, lab)
	app := &model.Kind{Group: "apps.example.com", Version: "v1", Kind: "App", Resource: "apps", Namespaced: true}
	i.install(app, "v1")
	namespace := lab.Namespace(t)
	plant(t, lab, i, namespace, app)
	config, g := haunt(t, lab.Config(labtest.Canopy))
	source, sink := start(t, config, func(o *Options) { o.Inspector = hound{} })
	eventually(t, "settled", sink, sink.settled)
	g.harm(func(r *http.Request) *http.Response {
		switch {
		case strings.Contains(r.URL.Path, "/secrets/"), strings.HasSuffix(r.URL.Path, "/apps"):
			return answer(403, "Forbidden", "")
		}
		return nil
	})
	if err := source.InspectSecrets(context.Background(), nil, hound{}, sink, nil); err != nil {
		t.Error(err)
	}
	f, ok := sink.record(model.OwnKind("SecretFacts").Ref(namespace, "planted")).(*record.SecretFacts)
	if !ok || f.Failed == "" || f.Prints != nil || f.Read == 0 {
		t.Errorf("%+v", f)
	}
	err := source.Sweep(context.Background(), model.SweepOptions{CustomResources: true, Events: true}, sink)
	if !errors.Is(err, ErrSkipped) || !strings.Contains(err.Error(), "apps.apps.example.com") || strings.Contains(err.Error(), "events") {
		t.Errorf("%v", err)
	}
	idle, err := New(Options{Config: lab.Config(labtest.Canopy)})
	if err != nil {
		t.Fatal(err)
	}
	if idle.InspectSecrets(context.Background(), nil, hound{}, sink, nil) == nil || idle.Sweep(context.Background(), model.SweepOptions{}, sink) == nil {
		t.Error("a source that does not run, or has no inspector, has looked")
	}
}

// TestServerCertificate tells when the server's certificate ends, from the connection that there is.
func TestServerCertificate(t *testing.T) {
	lab := labtest.Shared(t)
	config, g := haunt(t, lab.Config(labtest.Canopy))
	_, sink := start(t, config, func(o *Options) { o.Kinds = kinds("Namespace") })
	var until int64
	eventually(t, "the certificate", sink, func() bool {
		sink.mu.Lock()
		defer sink.mu.Unlock()
		until = sink.info.ServerCertificate
		return until != 0 && sink.info.Server != ""
	})
	if want := serverCertificate(t, lab); until != want {
		t.Errorf("ends at %d, want %d", until, want)
	}
	if n := len(g.seen("version")); n != 1 {
		t.Errorf("%d requests for the version", n)
	}
}

// serverCertificate asks the server itself when its certificate ends.
func serverCertificate(t *testing.T, lab *labtest.Lab) int64 {
	t.Helper()
	u, err := url.Parse(lab.Config(labtest.Canopy).Host)
	if err != nil {
		t.Fatal(err)
	}
	c, err := tls.Dial("tcp", u.Host, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.ConnectionState().PeerCertificates[0].NotAfter.Unix()
}
