package detect

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// thing is one value as records give it to the detector.
type thing struct{ path, name, value string }

// cluster makes about 4 MB of what clusters hold, in the shares that they have it: kubectl's copies of Deployments (JSON, two fifths of
// the bytes), ConfigMaps with YAML of applications, Prometheus rules and Grafana dashboards, .env files, nginx and shell, certificates,
// and small annotations. One value in a hundred holds a credential.
func cluster(size int) (all []thing, bytes int) {
	rnd := rand.New(rand.NewPCG(1, 2))
	add := func(path, name, value string) {
		all = append(all, thing{path, name, value})
		bytes += len(value)
	}
	for n := 0; bytes < size; n++ {
		app := fmt.Sprintf("shop-%d", n)
		spec := podSpec(app, rnd)
		body, _ := json.Marshal(map[string]any{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": app, "namespace": "prod", "labels": map[string]string{"app": app}},
			"spec": map[string]any{"replicas": 3, "template": map[string]any{"spec": spec}}})
		add(annotation, corev1.LastAppliedConfigAnnotation, string(body)+"\n")
		add("metadata.annotations[deployment.kubernetes.io/revision]", "deployment.kubernetes.io/revision", "7")
		add("metadata.annotations[checksum/config]", "checksum/config", fill("{h64}"))
		add("metadata.annotations[prometheus.io/scrape]", "prometheus.io/scrape", "true")
		add("metadata.annotations[meta.helm.sh/release-name]", "meta.helm.sh/release-name", app)
		password := "${DB_PASSWORD}"
		if rnd.IntN(20) == 0 {
			password = "hunter2-" + app
		}
		add("data[application.yaml]", "application.yaml", applicationYAML(app, password))
		switch n % 8 {
		case 0:
			add("data[dashboard.json]", "dashboard.json", dashboard(rnd))
		case 1:
			add("data[rules.yaml]", "rules.yaml", rules(app))
		case 2:
			add("data[nginx.conf]", "nginx.conf", nginx(app))
		case 3:
			add("data[ca.crt]", "ca.crt", certificate())
		case 4:
			add("data[app.env]", "app.env", env(app))
		case 5:
			add("data[entrypoint.sh]", "entrypoint.sh", script(app))
		}
	}
	return all, bytes
}

func podSpec(app string, rnd *rand.Rand) *corev1.PodSpec {
	c := corev1.Container{Name: app, Image: "registry.corp/" + app + ":1.2.3", Args: []string{"serve", "--port=8080", "--log-level", "info", "--config=/etc/" + app + "/application.yaml"}}
	for i := range 14 {
		c.Env = append(c.Env, corev1.EnvVar{Name: fmt.Sprintf("SETTING_%d", i), Value: fmt.Sprintf("value-%d.%s.svc.cluster.local:8080", i, app)})
	}
	c.Env = append(c.Env, corev1.EnvVar{Name: "DB_PASSWORD", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: app + "-db"}, Key: "password"}}},
		corev1.EnvVar{Name: "TOKEN_TTL", Value: "3600"}, corev1.EnvVar{Name: "JAVA_OPTS", Value: "-Xmx512m -XX:+UseG1GC -Dspring.profiles.active=prod -Djava.security.egd=file:/dev/./urandom"})
	if rnd.IntN(50) == 0 {
		c.Env = append(c.Env, corev1.EnvVar{Name: "PAYMENT_API_KEY", Value: fill("{a32}")})
	}
	limits := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("500m"), corev1.ResourceMemory: resource.MustParse("512Mi")}
	c.Resources = corev1.ResourceRequirements{Limits: limits, Requests: limits}
	c.LivenessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/healthz"}}}
	c.VolumeMounts = []corev1.VolumeMount{{Name: "config", MountPath: "/etc/" + app}, {Name: "token", MountPath: "/var/run/secrets/tokens", ReadOnly: true}}
	side := corev1.Container{Name: "proxy", Image: "docker.io/envoyproxy/envoy:v1.31", Command: []string{"/bin/sh", "-c", "set -e; exec envoy -c /etc/envoy/envoy.yaml --service-cluster " + app}}
	return &corev1.PodSpec{ServiceAccountName: app, Containers: []corev1.Container{c, side}, Volumes: []corev1.Volume{{Name: "config"}, {Name: "token"}}}
}

func applicationYAML(app, password string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "server:\n  port: 8080\nspring:\n  application:\n    name: %s\n  datasource:\n    url: jdbc:postgresql://db.prod.svc:5432/%s\n    username: %s\n    password: %s\n", app, app, app, password)
	b.WriteString("management:\n  endpoints:\n    web:\n      exposure:\n        include: [health, info, prometheus]\nlogging:\n  level:\n    root: INFO\n")
	for i := range 30 {
		fmt.Fprintf(&b, "  feature-%d:\n    enabled: true\n    # how many at once\n    concurrency: %d\n    endpoints:\n    - name: upstream-%d\n      url: https://upstream-%d.corp/api/v1\n      timeout: 30s\n", i, i, i, i)
	}
	return b.String()
}

func dashboard(rnd *rand.Rand) string {
	type target struct {
		Expr         string `json:"expr"`
		LegendFormat string `json:"legendFormat"`
		RefID        string `json:"refId"`
	}
	type panel struct {
		ID      int               `json:"id"`
		Title   string            `json:"title"`
		Type    string            `json:"type"`
		GridPos map[string]int    `json:"gridPos"`
		Targets []target          `json:"targets"`
		Options map[string]string `json:"options"`
	}
	var panels []panel
	for i := range 40 {
		panels = append(panels, panel{ID: i, Title: "Requests by route", Type: "timeseries", GridPos: map[string]int{"h": 8, "w": 12, "x": rnd.IntN(24), "y": i}, Options: map[string]string{"legend": "bottom", "tooltip": "multi"},
			Targets: []target{{Expr: `sum by (route) (rate(http_requests_total{namespace="$namespace", code=~"5.."}[5m])) / sum by (route) (rate(http_requests_total[5m]))`, LegendFormat: "{{route}}", RefID: "A"}}})
	}
	data, _ := json.MarshalIndent(map[string]any{"title": "Overview", "uid": "abc123def", "panels": panels, "tags": []string{"prod"}}, "", "  ")
	return string(data)
}

func rules(app string) string {
	var b strings.Builder
	b.WriteString("groups:\n- name: " + app + "\n  rules:\n")
	for i := range 25 {
		fmt.Fprintf(&b, "  - alert: HighErrors%d\n    expr: |\n      sum(rate(http_requests_total{job=%q,code=~\"5..\"}[5m])) by (pod)\n        / sum(rate(http_requests_total[5m])) by (pod) > 0.05\n    for: 10m\n    labels:\n      severity: warning\n"+
			"    annotations:\n      summary: \"Errors of {{ $labels.pod }}\"\n      runbook_url: https://runbooks.corp/%s\n", i, app, app)
	}
	return b.String()
}

func nginx(app string) string {
	return "worker_processes auto;\nhttp {\n" + strings.Repeat("  server {\n    listen 8080;\n    location /api/ {\n      proxy_pass http://"+app+".prod.svc:8080;\n      proxy_set_header Host $host;\n      proxy_set_header Authorization $http_authorization;\n    }\n  }\n", 12) + "}\n"
}

func certificate() string {
	var b strings.Builder
	for i := range 2 {
		b.WriteString("-----BEGIN CERTIFICATE-----\n")
		for j := range 24 {
			b.WriteString(fill(fmt.Sprintf("{b64}%d%d", i, j))[:64] + "\n")
		}
		b.WriteString("-----END CERTIFICATE-----\n")
	}
	return b.String()
}

func env(app string) string {
	var b strings.Builder
	for i := range 40 {
		fmt.Fprintf(&b, "APP_SETTING_%d=%s-%d\n", i, app, i)
	}
	return b.String() + "TOKEN_TTL=3600\nDB_PASSWORD_FILE=/run/secrets/db\nSECRET_NAME=" + app + "-db\n"
}

func script(app string) string {
	return "#!/bin/sh\nset -euo pipefail\n" + strings.Repeat("echo \"starting "+app+"\"\nif [ -f /run/secrets/token ]; then\n  export TOKEN=\"$(cat /run/secrets/token)\"\nfi\ncurl -fsS \"http://localhost:8080/healthz\" || exit 1\n", 15) + "exec \"$@\"\n"
}

func BenchmarkInspect(b *testing.B) {
	d := Default()
	all, bytes := cluster(4 << 20)
	b.SetBytes(int64(bytes))
	b.ReportAllocs()
	found := 0
	for b.Loop() {
		found = 0
		for i := range all {
			found += len(d.Inspect(all[i].path, all[i].name, all[i].value))
		}
	}
	planted := 0
	for i := range all {
		planted += strings.Count(all[i].value, "hunter2-") + strings.Count(all[i].value, "PAYMENT_API_KEY")
	}
	if found != planted {
		b.Errorf("found %d of %d credentials", found, planted)
	}
	b.ReportMetric(float64(found), "exposures")
	b.ReportMetric(float64(len(all)), "values")
}

// BenchmarkKey measures what the look at the keys adds to that at the values of BenchmarkInspect.
func BenchmarkKey(b *testing.B) {
	d := Default()
	all, _ := cluster(4 << 20)
	b.ReportAllocs()
	for b.Loop() {
		for i := range all {
			if safe, _ := d.Key("data", all[i].name); safe != all[i].name {
				b.Fatal(safe)
			}
		}
	}
}

func BenchmarkPod(b *testing.B) {
	d := Default()
	spec := podSpec("shop", rand.New(rand.NewPCG(1, 2)))
	data, _ := json.Marshal(spec)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		d.Pod(spec)
	}
}

// BenchmarkBuild tells what the first use of a detector costs, and how much memory it holds: at first, and with all of its expressions.
func BenchmarkBuild(b *testing.B) {
	for b.Loop() {
		if _, err := build(bundled, drawKey()); err != nil {
			b.Fatal(err)
		}
	}
	var d *Detector
	held := func(keep func()) float64 {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		keep()
		runtime.GC()
		runtime.ReadMemStats(&after)
		return (float64(after.HeapAlloc) - float64(before.HeapAlloc)) / 1024
	}
	b.ReportMetric(held(func() { d, _ = build(bundled, drawKey()) }), "KiB")
	b.ReportMetric(held(func() {
		for _, r := range d.rules {
			r.compiled()
		}
	}), "KiB-expressions")
	runtime.KeepAlive(d)
}
