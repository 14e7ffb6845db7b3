package image

import (
	"fmt"
	"runtime"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// large fills a cluster: 5,000 pods of 1,250 Deployments in 50 namespaces on 250 nodes, 800 images, 5,000 reports; each pod has a sidecar
// that all share.
func large(b testing.TB, w *court) (pods []*corev1.Pod) {
	sum := func(i int) string { return fmt.Sprintf("sha256:%064x", i+1) }
	for i := range 250 {
		var lines []string
		for k := range 50 {
			n := (i*7 + k) % 800
			lines = append(lines, fmt.Sprintf("registry.example/team/app%d@%s registry.example/team/app%d:1", n, sum(n), n))
		}
		w.put(node(fmt.Sprint("n", i), "amd64", "containerd://2", lines...))
	}
	for i := range 1250 {
		ns, name := fmt.Sprint("ns", i%50), fmt.Sprint("web", i)
		w.put(deployment(ns, name)...)
		for k := range 4 {
			n := i % 799
			p := pod(ns, name, fmt.Sprint(name, "-", k), fmt.Sprint("n", (i+k*60)%250), fmt.Sprintf("registry.example/team/app%d:1", n), fmt.Sprintf("registry.example/team/app%d@%s", n, sum(n)))
			p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: "proxy", Image: "registry.example/team/app799:1"})
			p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, corev1.ContainerStatus{Name: "proxy", ImageID: "registry.example/team/app799@" + sum(799), State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}})
			pods = append(pods, p.DeepCopy())
			w.put(p)
		}
	}
	for i := range 5000 {
		n := i % 1250
		image, container := n%799, "app"
		if i%2 == 1 {
			image, container = 799, "proxy"
		}
		s := report(b, fmt.Sprint("r", i), "trivy")
		s.Namespace, s.Container = fmt.Sprint("ns", n%50), container
		s.Workload = ref("ReplicaSet", s.Namespace, fmt.Sprint("web", n, "-1"))
		s.Image = fmt.Sprintf("registry.example/team/app%d:1", image)
		of := sum(image)
		if i%10 == 0 {
			of = sum(image + 1000)
		}
		s.Digests = []record.ScanDigest{{Digest: of}}
		w.take(model.Put(s))
	}
	return pods
}

func heapBytes() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkImagesStart reads a large cluster at once, and tells the heap that the analyser takes beyond the records.
func BenchmarkImagesStart(b *testing.B) {
	w := newCourt(b, Options{})
	large(b, w)
	w.a, w.found = nil, nil
	for b.Loop() {
		b.StopTimer()
		before := heapBytes()
		fresh := newCourt(b, Options{})
		fresh.c = w.c
		b.StartTimer()
		for _, gk := range w.c.Kinds() {
			for rec := range w.c.All(gk) {
				fresh.a.Update(w.c, cluster.Delta{Ref: rec.Ref(), New: rec})
			}
		}
		fresh.flush()
		b.StopTimer()
		b.ReportMetric(float64(heapBytes()-before)/1e6, "MB")
		if n := len(fresh.a.Images(nil)); n != 800 {
			b.Fatalf("%d images", n)
		}
		b.StartTimer()
	}
}

// BenchmarkImagesPod changes one pod at a time.
func BenchmarkImagesPod(b *testing.B) {
	w := newCourt(b, Options{})
	pods := large(b, w)
	w.flush()
	changes := make([]model.Change, 0, 2*len(pods))
	for _, p := range pods {
		other := p.DeepCopy()
		other.Status.ContainerStatuses[0].ImageID = "registry.example/team/app1@" + fmt.Sprintf("sha256:%064x", 2)
		for _, o := range []*corev1.Pod{other, p} {
			r, err := record.Make(o)
			if err != nil {
				b.Fatal(err)
			}
			changes = append(changes, model.Put(r))
		}
	}
	i := 0
	for b.Loop() {
		w.take(changes[i%len(changes)])
		w.flush()
		i++
	}
}

// BenchmarkImagesScan takes one report at a time.
func BenchmarkImagesScan(b *testing.B) {
	w := newCourt(b, Options{})
	large(b, w)
	w.flush()
	var scans []*record.Scan
	for rec := range w.c.All(scanKinds[0]) {
		scans = append(scans, rec.(*record.Scan))
	}
	i := 0
	for b.Loop() {
		s := *scans[i%len(scans)]
		s.Scanned += int64(1 + i/len(scans))
		w.take(model.Put(&s))
		w.flush()
		i++
	}
}

// BenchmarkImages lists all that run.
func BenchmarkImages(b *testing.B) {
	w := newCourt(b, Options{})
	large(b, w)
	w.flush()
	open := func(o model.Ref) bool { return len(o.Name)%2 == 0 }
	for b.Loop() {
		if len(w.a.Images(open)) != 800 {
			b.Fatal("images are missing")
		}
	}
}

// BenchmarkImagesTallies counts them.
func BenchmarkImagesTallies(b *testing.B) {
	w := newCourt(b, Options{})
	large(b, w)
	w.flush()
	for b.Loop() {
		w.a.Tallies(nil)
	}
}

// BenchmarkImagesReached changes one pod at a time, and one Service, where all of the large cluster can be reached from outside and half
// of its images have critical vulnerabilities.
func BenchmarkImagesReached(b *testing.B) {
	w := newCourt(b, Options{}).reached()
	pods := large(b, w)
	for i := range 1250 {
		s := serve(fmt.Sprint("ns", i%50), fmt.Sprint("web", i), "", corev1.ServiceTypeLoadBalancer)
		s.Spec.Selector = map[string]string{"app": fmt.Sprint("web", i)}
		w.put(s)
	}
	for i, p := range pods {
		p.Labels = map[string]string{"app": fmt.Sprint("web", i/4)}
		p.Status.PodIPs = []corev1.PodIP{{IP: fmt.Sprintf("10.%d.%d.%d", 1+i>>16, i>>8&255, i&255)}}
		w.put(p.DeepCopy())
	}
	w.flush()
	if len(w.ids("VP01")) == 0 {
		b.Fatal("nothing is found")
	}
	b.Run("pod", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			p := pods[i%len(pods)].DeepCopy()
			p.Labels["round"] = fmt.Sprint(i / len(pods) % 2)
			w.put(p)
			w.flush()
		}
	})
	b.Run("service", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			n := i % 1250
			s := serve(fmt.Sprint("ns", n%50), fmt.Sprint("web", n), fmt.Sprint("web", n), []corev1.ServiceType{corev1.ServiceTypeClusterIP, corev1.ServiceTypeLoadBalancer}[i/1250%2])
			w.put(s)
			w.flush()
		}
	})
}
