package load

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"regexp"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func TestSameSeedGivesTheSameCluster(t *testing.T) {
	first, again, other := digest(t, Realistic(400, 7)), digest(t, Realistic(400, 7)), digest(t, Realistic(400, 8))
	if first != again {
		t.Error("the same seed gave two clusters")
	}
	if first == other {
		t.Error("two seeds gave the same cluster")
	}
}

// digest hashes names and shapes; the times of statuses are those of the run.
func digest(t *testing.T, cluster *Cluster) [32]byte {
	t.Helper()
	times := regexp.MustCompile(`"20\d\d-\d\d-\d\dT[^"]*"`)
	hash := sha256.New()
	for _, stage := range cluster.stages {
		for _, i := range stage {
			data, err := json.Marshal(i.object)
			if err != nil {
				t.Fatal(err)
			}
			hash.Write(times.ReplaceAll(data, nil))
		}
	}
	return [32]byte(hash.Sum(nil))
}

func TestClusterHasTheSizeAskedFor(t *testing.T) {
	for _, pods := range []int{1, 37, 1000} {
		cluster, count, addresses := Realistic(pods, 1), 0, map[string]bool{}
		for _, i := range cluster.stages[stagePods] {
			count++
			pod := i.object.(*corev1.Pod)
			if i.owner == nil || pod.Spec.NodeName == "" || addresses[pod.Status.PodIP] {
				t.Errorf("pod %s: owner %v, node %q, address %s", pod.Name, i.owner, pod.Spec.NodeName, pod.Status.PodIP)
			}
			addresses[pod.Status.PodIP] = true
		}
		if count != pods {
			t.Errorf("%d pods, want %d", count, pods)
		}
	}
	if objects := Realistic(10_000, 1).Objects(); objects < 26_000 || objects > 28_000 {
		t.Errorf("%d objects for 10,000 pods, want about 27,000", objects)
	}
	if count := len(Minimal(500, 1).stages[stagePods]); count != 500 {
		t.Errorf("%d minimal pods, want 500", count)
	}
}

func TestOwnersComeBeforeWhatTheyOwn(t *testing.T) {
	cluster, written := Realistic(500, 3), map[*item]bool{}
	for _, stage := range cluster.stages {
		for _, i := range stage {
			if i.owner != nil && !written[i.owner] {
				t.Fatalf("%s is written before its owner", i.object.GetName())
			}
		}
		for _, i := range stage {
			written[i] = true
		}
	}
}

func TestNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, stage := range Realistic(10_000, 1).stages {
		for _, i := range stage {
			name := fmt.Sprintf("%T %s/%s", i.object, i.object.GetNamespace(), i.object.GetName())
			if seen[name] {
				t.Errorf("%s is there twice", name)
			}
			seen[name] = true
		}
	}
}
