// Follows a job; the page is asked for anew when a step is done.
const job = document.getElementById("job");
if (job && job.dataset.state === "running") {
  const steps = [...job.querySelectorAll("li")];
  const known = steps.map((x) => x.dataset.state).join();
  const follow = async () => {
    try {
      const told = await (await fetch("/model/voortgang")).json();
      if (told.state !== "running" || told.steps.map((x) => x.state).join() !== known) {
        location.reload();
        return;
      }
      told.steps.forEach((step, n) => {
        if (step.state === "running") steps[n].querySelector("span").textContent = "bezig, " + step.minutes + " minuten";
      });
    } catch {
      // The server is away for a moment; the next time it may answer.
    }
    setTimeout(follow, 2000);
  };
  setTimeout(follow, 1000);
}
