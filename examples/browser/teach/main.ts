import { element } from '../dom';
import { mount } from './panel';

mount(element('teach', HTMLDivElement));
