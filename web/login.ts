import './styles/login.css';
import { secondsToWait, wait } from './login/countdown.ts';
import { formParts } from './login/form.ts';
import { goOnWithSession, logIn } from './login/log-in.ts';
import { isPlainHttp } from './login/plain-http.ts';
import { addReveal } from './login/reveal.ts';

// The page works without any of this: it is a form, and the server answers it.
const parts = formParts();
if (parts !== null) {
  parts.plainHttp.hidden = !isPlainHttp(location);
  addReveal(parts);
  parts.form.addEventListener('submit', (event) => {
    event.preventDefault();
    void logIn(parts);
  });
  wait(parts, secondsToWait(location.search));
  void goOnWithSession(parts);
}
